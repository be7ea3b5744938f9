namespace NodeManager;

/// <summary>The action of an update when new nodes are not healthy. An enum for the parameter <c>-OnUnhealthy</c> of <c>Update-NodePool</c>; results have the name as text.</summary>
public enum PoolUpdateFailureAction
{
    /// <summary>The former template is restored, with as many former nodes as were removed; new nodes are drained and removed.</summary>
    Rollback,

    /// <summary>No further step starts until the update is resumed.</summary>
    Pause,

    /// <summary>A warning is written, and the update continues.</summary>
    Continue,
}

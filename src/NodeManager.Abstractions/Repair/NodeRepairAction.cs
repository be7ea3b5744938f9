namespace NodeManager;

/// <summary>The actions of a repair, the least disruptive first. An enum for the parameter <c>-Action</c> of <c>Repair-ClusterNode</c>; results have the name as text.</summary>
public enum NodeRepairAction
{
    /// <summary>Keep new pods away.</summary>
    Cordon,

    /// <summary>Cordon, and evict the pods.</summary>
    Drain,

    /// <summary>Restart the machine through its provider.</summary>
    Restart,

    /// <summary>Destroy the machine through its provider, and make another.</summary>
    Replace,
}

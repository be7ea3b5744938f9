namespace NodeManager;

/// <summary>The action of a maintenance when a node fails. An enum for the parameter <c>-OnError</c> of <c>Invoke-NodeMaintenance</c>; results have the name as text.</summary>
public enum MaintenanceErrorAction
{
    /// <summary>Begin no further node; those at work come to their end. The failed node stays cordoned.</summary>
    Stop,

    /// <summary>Continue. The failed node stays cordoned and counts as unavailable.</summary>
    Continue,

    /// <summary>Return the failed node to service and continue.</summary>
    Resume,
}

namespace NodeManager;

/// <summary>The action of a maintenance when a node fails.</summary>
public enum MaintenanceErrorAction
{
    /// <summary>Begin no further node; those at work come to their end. The failed node stays cordoned.</summary>
    Stop,

    /// <summary>Continue. The failed node stays cordoned and counts as unavailable.</summary>
    Continue,

    /// <summary>Return the failed node to service and continue.</summary>
    Resume,
}

namespace NodeManager;

/// <summary>What a maintenance does when a node fails.</summary>
public enum MaintenanceErrorAction
{
    /// <summary>Begin no further node; those at work come to their end. The failed node stays cordoned.</summary>
    Stop,

    /// <summary>Go on. The failed node stays cordoned, and counts as unavailable.</summary>
    Continue,

    /// <summary>Put the failed node back into service, and go on.</summary>
    Resume,
}

namespace NodeManager.Drains.Reporting;

/// <summary>How the work on a node ended.</summary>
internal enum DrainEnd
{
    /// <summary>All of it was done.</summary>
    Complete,

    /// <summary>Each pod was asked for once, and some were refused.</summary>
    Held,

    /// <summary>Nothing was begun: pods that are refused, or permissions that are missing.</summary>
    Refused,

    /// <summary>The time was up.</summary>
    TimedOut,

    /// <summary>The caller or the session's end stopped it.</summary>
    Cancelled,

    /// <summary>Another client called it off, on the node.</summary>
    CalledOff,

    /// <summary>It cannot succeed any more.</summary>
    Stopped,

    /// <summary>Another client deleted the Node object meanwhile.</summary>
    NodeDeleted,
}

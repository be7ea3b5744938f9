namespace NodeManager.Drains.Reporting;

/// <summary>How the work on a node ended.</summary>
internal enum DrainEnd
{
    /// <summary>All pods are handled.</summary>
    Complete,

    /// <summary>Each pod was requested once, and some were refused.</summary>
    Held,

    /// <summary>Nothing was begun: refused pods, or missing permissions.</summary>
    Refused,

    TimedOut,

    /// <summary>The caller stopped it, or the session ended.</summary>
    Cancelled,

    /// <summary>Another client cancelled it on the node.</summary>
    CalledOff,

    /// <summary>It cannot succeed.</summary>
    Stopped,

    /// <summary>Another client deleted the Node object.</summary>
    NodeDeleted,
}

namespace NodeManager;

/// <summary>How far a maintenance run is. Text for the reason given at <see cref="NodeStatus"/>.</summary>
public static class NodeMaintenanceRunStatus
{
    /// <summary>Somebody works on it now: its lease is held and renewed.</summary>
    public const string Running = "Running";

    /// <summary>Whoever worked on it was interrupted or has gone silent. It can be carried on with, from anywhere.</summary>
    public const string Interrupted = "Interrupted";

    /// <summary>A node failed and no further one was begun (-OnError Stop). It can be carried on with.</summary>
    public const string Stopped = "Stopped";

    /// <summary>It came to its end, and some nodes failed.</summary>
    public const string Failed = "Failed";

    /// <summary>It came to its end, and no node failed.</summary>
    public const string Completed = "Completed";
}

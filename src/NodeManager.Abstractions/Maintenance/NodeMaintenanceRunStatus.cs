namespace NodeManager;

/// <summary>How far a maintenance run is. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeMaintenanceRunStatus
{
    /// <summary>Detached, and no server carries it out at present; the next one continues it.</summary>
    public const string Pending = "Pending";

    /// <summary>A process works on it: its Lease is held and renewed.</summary>
    public const string Running = "Running";

    /// <summary>Its process was interrupted, or its Lease has expired. It can be resumed on any machine.</summary>
    public const string Interrupted = "Interrupted";

    /// <summary>A node failed and no other node was started (-OnError Stop). It can be resumed.</summary>
    public const string Stopped = "Stopped";

    /// <summary>It came to its end, and some nodes failed.</summary>
    public const string Failed = "Failed";

    /// <summary>It came to its end, and no node failed.</summary>
    public const string Completed = "Completed";
}

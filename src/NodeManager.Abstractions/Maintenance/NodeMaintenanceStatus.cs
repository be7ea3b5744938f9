namespace NodeManager;

/// <summary>How far a maintenance is with one node. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeMaintenanceStatus
{
    /// <summary>Its turn has not come.</summary>
    public const string Pending = "Pending";

    /// <summary>It is being worked on; in a run that ended, it was when the run was interrupted.</summary>
    public const string InProgress = "InProgress";

    /// <summary>All steps are done.</summary>
    public const string Completed = "Completed";

    /// <summary>A step failed; see Error. The node stays cordoned, unless the run resumes scheduling after errors.</summary>
    public const string Failed = "Failed";

    /// <summary>The node no longer exists, or another one registered under its name.</summary>
    public const string Deleted = "Deleted";

    /// <summary>Excluded, see Message: a control-plane node that was not included.</summary>
    public const string Skipped = "Skipped";
}

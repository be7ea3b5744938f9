namespace NodeManager;

/// <summary>
/// The values of <see cref="ClusterNode.Status"/>. Strings instead of an enum: an enum becomes a number in JSON and in CLIXML, where
/// <c>-eq 'Ready'</c> does not match.
/// </summary>
public static class NodeStatus
{
    /// <summary>The Ready condition is True.</summary>
    public const string Ready = "Ready";

    /// <summary>The Ready condition is False.</summary>
    public const string NotReady = "NotReady";

    /// <summary>The Ready condition is Unknown or was never reported.</summary>
    public const string Unknown = "Unknown";

    /// <summary>Unschedulable, whatever its <see cref="ClusterNode.Status"/>. A state to filter by and to wait for.</summary>
    public const string Cordoned = "Cordoned";

    /// <summary>The text of kubectl and the tables for <see cref="Cordoned"/>.</summary>
    public const string SchedulingDisabled = "SchedulingDisabled";
}

namespace NodeManager;

/// <summary>The causes of alerts about the monitor itself. All others are those of findings: <see cref="NodeFindingCause"/>.</summary>
public static class NodeAlertCause
{
    /// <summary>The API server is unreachable or its watch is cut: nothing is known of the nodes.</summary>
    public const string ClusterUnreachable = "ClusterUnreachable";

    /// <summary>A sink does not take alerts, and some were dropped.</summary>
    public const string AlertsDropped = "AlertsDropped";
}

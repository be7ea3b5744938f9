namespace NodeManager;

/// <summary>The causes of alerts that concern no single node: several nodes, the monitor itself, and pools. All others are those of findings: <see cref="NodeFindingCause"/>.</summary>
public static class NodeAlertCause
{
    /// <summary>As many nodes as a monitor requires (<c>alertMinimumNodes</c>) are NotReady or Unreachable.</summary>
    public const string NodesFailing = "NodesFailing";

    /// <summary>The API server is unreachable or its watch is cut: nothing is known of the nodes.</summary>
    public const string ClusterUnreachable = "ClusterUnreachable";

    /// <summary>A sink does not take alerts, and some were dropped.</summary>
    public const string AlertsDropped = "AlertsDropped";

    /// <summary>Machines of a NodeSmithPool differ from what the autoscaler planned, and pods that they were created for do not fit on them.</summary>
    public const string MachinesNotAsPlanned = "MachinesNotAsPlanned";

    public static ItemList<string> All { get; } = new([NodesFailing, ClusterUnreachable, AlertsDropped, MachinesNotAsPlanned]);
}

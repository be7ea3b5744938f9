using NodeManager.Core.Nodes;

namespace NodeManager.Monitoring.Alerts.Incidents;

/// <summary>The group of nodes that fail together.</summary>
/// <param name="By">A <see cref="NodeAlertGroupBy"/> or a label key; empty: no group.</param>
/// <param name="Value">The label's value, or the cluster's name.</param>
internal readonly record struct NodeGroup(string By, string Value)
{
    public static NodeGroup None { get; } = new("", "");

    /// <summary>The group of a node with these labels and annotations. Nodes without the label belong to the cluster's.</summary>
    public static NodeGroup Of(
        string by,
        IReadOnlyDictionary<string, string>? labels,
        IReadOnlyDictionary<string, string>? annotations,
        string cluster
    )
    {
        if (by == NodeAlertGroupBy.None)
            return None;
        string? value = labels is null
            ? null
            : by switch
            {
                NodeAlertGroupBy.Cluster => null,
                NodeAlertGroupBy.Zone => labels.GetValueOrDefault(WellKnownLabels.Zone)
                    ?? labels.GetValueOrDefault(WellKnownLabels.OlderZone),
                NodeAlertGroupBy.Rack => Rack(labels),
                NodeAlertGroupBy.Pool => PoolLabels.PoolOf(labels, annotations),
                _ => labels.GetValueOrDefault(by),
            };
        return string.IsNullOrEmpty(value) ? new(NodeAlertGroupBy.Cluster, cluster) : new(by, value);
    }

    private static string? Rack(IReadOnlyDictionary<string, string> labels) =>
        labels.GetValueOrDefault("topology.kubernetes.io/rack")
        ?? labels
            .Where(static label => label.Key == "rack" || label.Key.EndsWith("/rack", StringComparison.Ordinal))
            .OrderBy(static label => label.Key, StringComparer.Ordinal)
            .FirstOrDefault()
            .Value;
}

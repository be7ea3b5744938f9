namespace NodeManager;

/// <summary>The properties by which failed nodes are grouped. Any other value is a label key.</summary>
public static class NodeAlertGroupBy
{
    /// <summary>The label <c>topology.kubernetes.io/zone</c>; nodes without it are grouped by cluster.</summary>
    public const string Zone = "Zone";

    /// <summary>The label <c>topology.kubernetes.io/rack</c>, or another that ends with <c>/rack</c>; nodes without one are grouped by cluster.</summary>
    public const string Rack = "Rack";

    /// <summary>The label of the node pool or node group; nodes without one are grouped by cluster.</summary>
    public const string Pool = "Pool";

    /// <summary>The whole cluster.</summary>
    public const string Cluster = "Cluster";

    /// <summary>Nothing: each node has alerts of its own.</summary>
    public const string None = "None";

    public static IReadOnlyList<string> All { get; } = [Zone, Rack, Pool, Cluster, None];
}

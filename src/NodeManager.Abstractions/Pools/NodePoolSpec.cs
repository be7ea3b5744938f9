namespace NodeManager;

/// <summary>The desired state of a node pool.</summary>
public sealed class NodePoolSpec
{
    public NodePoolPlatform Platform { get; init; } = new();

    /// <summary>The NodeSmithProvider whose machines the nodes are. Empty for pools of a service.</summary>
    public string NodeProvider { get; init; } = "";

    /// <summary>Of a pool of the cluster: pools with a higher priority get machines first.</summary>
    public int Priority { get; init; }

    /// <summary>Of a pool of the cluster: the currency of the prices; empty without.</summary>
    public string Currency { get; init; } = "";

    /// <summary>The machine sizes that the autoscaler may choose from. Empty for pools of a service, and for machines as large as pods need.</summary>
    public ItemList<NodePoolShape> Shapes { get; init; } = ItemList<NodePoolShape>.Empty;

    /// <summary>Taints that a node has until something else removes them. Empty for pools of a service.</summary>
    public ItemList<NodeTaint> StartupTaints { get; init; } = ItemList<NodeTaint>.Empty;

    /// <summary>The cores that the nodes may have together. Null: no limit.</summary>
    public decimal? CpuLimit { get; init; }

    /// <summary>The memory in bytes that the nodes may have together. Null: no limit.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>How many nodes the pool is to have; for a NodeSmithPool, at least. Null where the specification does not say.</summary>
    public int? NodeCount { get; init; }

    /// <summary>Null where the specification has none.</summary>
    public NodePoolAutoscaling? Autoscaling { get; init; }

    /// <summary>Which nodes are removed and replaced. Null for pools of a service.</summary>
    public NodePoolScaleDown? ScaleDown { get; init; }

    /// <summary>The release that the nodes run. An extension: empty where the provider has none.</summary>
    public string Release { get; init; } = "";

    /// <summary>How long the drain of a node may take. An extension of a service, <c>terminationGracePeriod</c> of a NodeSmithPool: null where there is none.</summary>
    public TimeSpan? DrainTimeout { get; init; }

    /// <summary>How many nodes a roll may add, as a number or a percentage. An extension: empty where the provider has none.</summary>
    public string MaxSurge { get; init; } = "";

    /// <summary>How many nodes can be unavailable during a roll, as a number or a percentage. An extension: empty where the provider has none.</summary>
    public string MaxUnavailable { get; init; } = "";

    /// <summary>The whole specification as JSON, including fields that are unknown to this version of NodeManager.</summary>
    public string Json { get; init; } = "{}";

    public override string ToString() =>
        $"{(NodeProvider.Length > 0 ? NodeProvider : Platform)}, {(Autoscaling is { Enabled: true } scaling ? $"{scaling}" : $"{NodeCount} nodes")}";
}

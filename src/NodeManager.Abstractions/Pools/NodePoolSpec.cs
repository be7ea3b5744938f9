namespace NodeManager;

/// <summary>The desired state of a node pool.</summary>
public sealed class NodePoolSpec
{
    public NodePoolPlatform Platform { get; init; } = new();

    /// <summary>How many nodes the pool is to have. Null where the specification does not say.</summary>
    public int? NodeCount { get; init; }

    /// <summary>Null where the specification has none.</summary>
    public NodePoolAutoscaling? Autoscaling { get; init; }

    /// <summary>The release that the nodes run. An extension: empty where the provider has none.</summary>
    public string Release { get; init; } = "";

    /// <summary>How long the drain of a node may take. An extension: null where the provider has none.</summary>
    public TimeSpan? DrainTimeout { get; init; }

    /// <summary>How many nodes a roll may add, as a number or a percentage. An extension: empty where the provider has none.</summary>
    public string MaxSurge { get; init; } = "";

    /// <summary>How many nodes a roll may take away, as a number or a percentage. An extension: empty where the provider has none.</summary>
    public string MaxUnavailable { get; init; } = "";

    /// <summary>The whole specification as JSON, with the fields that this version of NodeManager does not know.</summary>
    public string Json { get; init; } = "{}";

    public override string ToString() => $"{Platform}, {(Autoscaling is { Enabled: true } scaling ? $"{scaling}" : $"{NodeCount} nodes")}";
}

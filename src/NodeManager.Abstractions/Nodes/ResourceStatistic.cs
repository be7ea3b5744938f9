namespace NodeManager;

/// <summary>One resource over several nodes. Cores for <c>cpu</c>, bytes for memory and storage, counts for the rest.</summary>
public sealed class ResourceStatistic
{
    public required string Name { get; init; }

    public decimal Capacity { get; init; }

    public decimal Allocatable { get; init; }

    public decimal Requested { get; init; }

    /// <summary>Null where metrics.k8s.io does not report the resource.</summary>
    public decimal? Used { get; init; }

    /// <summary>Requested per cent of allocatable, one decimal; null when nothing is allocatable.</summary>
    public decimal? RequestedPercent { get; init; }

    /// <summary>Used per cent of allocatable, one decimal; null without metrics.</summary>
    public decimal? UsedPercent { get; init; }

    public override string ToString() => Name;
}

namespace NodeManager;

/// <summary>The usage of a node over a window, from metrics.k8s.io; without a window, one sample.</summary>
public sealed class NodeUsageSeries : ClusterObject
{
    /// <summary>The node's name.</summary>
    public required string Node { get; init; }

    /// <summary>The node's UID.</summary>
    public string NodeUid { get; init; } = "";

    /// <summary>One of <see cref="NodeUsageStatus"/>, judged over all samples.</summary>
    public required string Status { get; init; }

    /// <summary>The missing or stale samples, in a sentence; empty for a complete series.</summary>
    public string Message { get; init; } = "";

    /// <summary>How long was asked for; zero for one sample.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>The time between two samples; zero for one sample.</summary>
    public TimeSpan SampleInterval { get; init; }

    /// <summary>True when sampling was interrupted before the window ended.</summary>
    public bool IsInterrupted { get; init; }

    /// <summary>When the first sample was taken, in the cluster's time.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last sample was taken, in the cluster's time.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    /// <summary>When the newest measurement was made; null without any.</summary>
    public DateTimeOffset? MeasuredAt { get; init; }

    /// <summary>How old the newest measurement was when the last sample was taken; null without any.</summary>
    public TimeSpan? Age =>
        MeasuredAt is not { } measured ? null
        : ObservedAt > measured ? ObservedAt - measured
        : TimeSpan.Zero;

    /// <summary>Cores; null where no sample has them.</summary>
    public NodeUsageStatistic? Cpu { get; init; }

    /// <summary>Bytes of memory; null where no sample has them.</summary>
    public NodeUsageStatistic? Memory { get; init; }

    /// <summary>The samples in the order of time, with those that are missing.</summary>
    public ItemList<NodeUsageSample> Samples { get; init; } = ItemList<NodeUsageSample>.Empty;

    /// <summary>How many samples have a measurement that is neither missing nor stale nor partial.</summary>
    public int CompleteSamples { get; init; }

    public override string ToString() => Node;
}

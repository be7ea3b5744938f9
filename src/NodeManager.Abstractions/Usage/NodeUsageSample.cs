using System.Globalization;

namespace NodeManager;

/// <summary>One measurement of a node from metrics.k8s.io.</summary>
public sealed class NodeUsageSample
{
    /// <summary>When metrics.k8s.io was asked, in the cluster's time.</summary>
    public DateTimeOffset SampledAt { get; init; }

    /// <summary>When it was measured; null for a missing sample.</summary>
    public DateTimeOffset? MeasuredAt { get; init; }

    /// <summary>How old the measurement was; null for a missing sample.</summary>
    public TimeSpan? Age =>
        MeasuredAt is not { } measured ? null
        : SampledAt > measured ? SampledAt - measured
        : TimeSpan.Zero;

    /// <summary>One of <see cref="NodeUsageStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>True for a measurement that an earlier sample has already. Statistics count it once.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Cores; null where they are not reported.</summary>
    public decimal? Cpu { get; init; }

    /// <summary>Bytes; null where they are not reported.</summary>
    public long? Memory { get; init; }

    /// <summary>Percent of the allocatable cores, one decimal.</summary>
    public decimal? CpuPercent { get; init; }

    /// <summary>Percent of the allocatable memory, one decimal.</summary>
    public decimal? MemoryPercent { get; init; }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{SampledAt:HH:mm:ss} cpu={CpuPercent:0.#}%, memory={MemoryPercent:0.#}%");
}

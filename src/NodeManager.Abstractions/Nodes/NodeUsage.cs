using System.Globalization;

namespace NodeManager;

/// <summary>The current usage of a node, from metrics.k8s.io.</summary>
public sealed class NodeUsage
{
    /// <summary>Cores.</summary>
    public decimal Cpu { get; init; }

    /// <summary>Bytes.</summary>
    public long Memory { get; init; }

    /// <summary>Per cent of the allocatable cores, one decimal. Null when nothing is allocatable.</summary>
    public decimal? CpuPercent { get; init; }

    /// <summary>Per cent of the allocatable memory, one decimal. Null when nothing is allocatable.</summary>
    public decimal? MemoryPercent { get; init; }

    /// <summary>When it was measured.</summary>
    public DateTimeOffset? MeasuredAt { get; init; }

    /// <summary>How old the measurement was when it was read; null where the server reports no time.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>True for a measurement that was older than two minutes when it was read.</summary>
    public bool IsStale => Age > StaleAfter;

    /// <summary>From this age on a measurement says nothing about the present. metrics-server measures every 15 to 60 seconds.</summary>
    public static TimeSpan StaleAfter { get; } = TimeSpan.FromMinutes(2);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"cpu={Cpu:0.###}, memory={ByteSize.Format(Memory)}");
}

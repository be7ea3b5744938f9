using System.Globalization;

namespace NodeManager;

/// <summary>What a node uses at present, as metrics.k8s.io reports it.</summary>
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

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"cpu={Cpu:0.###}, memory={ByteSize.Format(Memory)}");
}

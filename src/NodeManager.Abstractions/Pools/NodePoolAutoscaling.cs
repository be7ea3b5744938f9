using System.Globalization;

namespace NodeManager;

/// <summary>How a node pool is scaled with its load.</summary>
public sealed class NodePoolAutoscaling
{
    public bool Enabled { get; init; }

    public int? MinNodes { get; init; }

    public int? MaxNodes { get; init; }

    /// <summary>Per cent.</summary>
    public int? TargetCpuUtilization { get; init; }

    /// <summary>Per cent.</summary>
    public int? TargetMemoryUtilization { get; init; }

    /// <summary>How long a node must be unneeded before it is removed. Null where it is not given, or is not a duration.</summary>
    public TimeSpan? ScaleDownDelay { get; init; }

    /// <summary>How long pods must wait before a node is added. Null where it is not given, or is not a duration.</summary>
    public TimeSpan? ScaleUpDelay { get; init; }

    public override string ToString() =>
        Enabled ? string.Create(CultureInfo.InvariantCulture, $"{MinNodes ?? 0}..{(MaxNodes is { } most ? most : "?")} nodes") : "off";
}

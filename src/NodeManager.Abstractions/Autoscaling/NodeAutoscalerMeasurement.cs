using System.Globalization;

namespace NodeManager;

/// <summary>What an autoscaler with some settings does with a load, on simulated time.</summary>
public sealed class NodeAutoscalerMeasurement
{
    /// <summary>The name of the settings.</summary>
    public required string Setting { get; init; }

    /// <summary>The settings in words.</summary>
    public string Description { get; init; } = "";

    /// <summary>The simulated time.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The pods of the load that arrived.</summary>
    public int Pods { get; init; }

    /// <summary>The price of all machines, from their order to their removal.</summary>
    public decimal Cost { get; init; }

    public string Currency { get; init; } = "";

    /// <summary>How long half of the pods waited for a node at most.</summary>
    public TimeSpan PendingMedian { get; init; }

    public TimeSpan PendingPercentile90 { get; init; }

    public TimeSpan PendingPercentile99 { get; init; }

    public TimeSpan PendingMaximum { get; init; }

    /// <summary>Pods without a node at the end.</summary>
    public int Unplaced { get; init; }

    /// <summary>Pods that were evicted because their node was removed.</summary>
    public int Evicted { get; init; }

    public int NodesCreated { get; init; }

    public int NodesRemoved { get; init; }

    public double AverageNodes { get; init; }

    public int MaximumNodes { get; init; }

    /// <summary>The part of the paid cores that pods requested while they ran, in percent.</summary>
    public double CpuPercent { get; init; }

    /// <summary>How many plans were made.</summary>
    public int Plans { get; init; }

    /// <summary>How long the simulation took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Once an hour, and at the end.</summary>
    public ItemList<NodeAutoscalerSample> Samples { get; init; } = ItemList<NodeAutoscalerSample>.Empty;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Setting}: {Cost:0.##} {Currency}, {Evicted} evicted");
}

/// <summary>The state of a simulated cluster at a time.</summary>
public sealed class NodeAutoscalerSample
{
    /// <summary>Since the start.</summary>
    public TimeSpan At { get; init; }

    /// <summary>Machines that are paid for.</summary>
    public int Nodes { get; init; }

    /// <summary>Their cores.</summary>
    public long CpuCores { get; init; }

    /// <summary>The cores that running and waiting pods request.</summary>
    public decimal RequestedCores { get; init; }

    public int PendingPods { get; init; }

    /// <summary>Up to now.</summary>
    public decimal Cost { get; init; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.TotalHours:0} h: {Nodes} nodes");
}

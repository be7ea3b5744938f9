namespace NodeManager;

/// <summary>How often something of a scheduler was done, and how long it took, by the scheduler's own metrics.</summary>
public sealed class SchedulerMeasurement : ClusterObject
{
    /// <summary>See <see cref="SchedulerMeasurementKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The endpoint: an address, or <c>namespace/pod</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The profile; empty where the scheduler counts for all profiles together.</summary>
    public string SchedulerName { get; init; } = "";

    /// <summary>As the configuration names it; empty for an attempt.</summary>
    public string ExtensionPoint { get; init; } = "";

    /// <summary>Empty for the sum over an extension point's plugins, and for an attempt.</summary>
    public string Plugin { get; init; } = "";

    /// <summary>How often.</summary>
    public required long Count { get; init; }

    /// <summary>How they ended, with how often each: <c>Success 12, Skip 1</c>; of an attempt <c>scheduled</c>, <c>unschedulable</c> or <c>error</c>.</summary>
    public string Result { get; init; } = "";

    /// <summary>Null where nothing was timed.</summary>
    public TimeSpan? Mean { get; init; }

    /// <summary>95 of 100 were done within it: as histogram_quantile of Prometheus reckons, between two of the histogram's bounds.</summary>
    public TimeSpan? Percentile95 { get; init; }

    /// <summary>The time between the two samples; null: since the scheduler started.</summary>
    public TimeSpan? Window { get; init; }

    public override string ToString() =>
        string.Join(' ', new[] { Kind, SchedulerName, ExtensionPoint, Plugin }.Where(part => part.Length > 0));
}

namespace NodeManager.Core.Configuration;

/// <summary>An option: its name, its accepted values, and its place in a configuration.</summary>
/// <param name="Name">The name in files.</param>
internal sealed record ConfigurationOption(
    string Name,
    ValueRule Rule,
    Func<NodeManagerConfiguration, object?> Read,
    Func<NodeManagerConfiguration, object?, NodeManagerConfiguration> With
)
{
    private static readonly NodeManagerConfiguration BuiltIn = new();

    /// <summary>Every option, in display order.</summary>
    public static readonly IReadOnlyList<ConfigurationOption> All =
    [
        new("enableAutoScaling", ValueRule.Boolean, c => c.EnableAutoScaling, (c, v) => new(c) { EnableAutoScaling = (bool)v! }),
        new("scaleUpThreshold", ValueRule.Number(50, 95), c => c.ScaleUpThreshold, (c, v) => new(c) { ScaleUpThreshold = (decimal)v! }),
        new(
            "scaleDownThreshold",
            ValueRule.Number(5, 50),
            c => c.ScaleDownThreshold,
            (c, v) => new(c) { ScaleDownThreshold = (decimal)v! }
        ),
        new(
            "nodeSelectionStrategy",
            ValueRule.Choice(
                NodeSelectionStrategy.LeastSessions,
                NodeSelectionStrategy.MostResources,
                NodeSelectionStrategy.Random,
                NodeSelectionStrategy.RoundRobin
            ),
            c => c.NodeSelectionStrategy,
            (c, v) => new(c) { NodeSelectionStrategy = (string)v! }
        ),
        new(
            "healthCheckInterval",
            ValueRule.Seconds(30, 600),
            c => c.HealthCheckInterval,
            (c, v) => new(c) { HealthCheckInterval = (TimeSpan)v! }
        ),
        new("metricsEnabled", ValueRule.Boolean, c => c.MetricsEnabled, (c, v) => new(c) { MetricsEnabled = (bool)v! }),
        new("alertOnNodeFailure", ValueRule.Boolean, c => c.AlertOnNodeFailure, (c, v) => new(c) { AlertOnNodeFailure = (bool)v! }),
        new(
            "alertMinimumNodes",
            ValueRule.WholeNumber(1, 1000),
            c => c.AlertMinimumNodes,
            (c, v) => new(c) { AlertMinimumNodes = (int)v! }
        ),
        new("alertDebounce", ValueRule.Duration, c => c.AlertDebounce, (c, v) => new(c) { AlertDebounce = (TimeSpan?)v }),
        new("minNodes", ValueRule.WholeNumber(1, 100), c => c.MinNodes, (c, v) => new(c) { MinNodes = (int)v! }),
        new("maxNodes", ValueRule.WholeNumber(1, 1000), c => c.MaxNodes, (c, v) => new(c) { MaxNodes = (int)v! }),
        new("drainTimeout", ValueRule.Duration, c => c.DrainTimeout, (c, v) => new(c) { DrainTimeout = (TimeSpan?)v }),
        new("drainGracePeriod", ValueRule.Duration, c => c.DrainGracePeriod, (c, v) => new(c) { DrainGracePeriod = (TimeSpan?)v }),
        new(
            "workloadMaxUnavailable",
            ValueRule.UnavailablePods,
            c => c.WorkloadMaxUnavailable,
            (c, v) => new(c) { WorkloadMaxUnavailable = (string?)v }
        ),
        new("workloadWait", ValueRule.Duration, c => c.WorkloadWait, (c, v) => new(c) { WorkloadWait = (TimeSpan?)v }),
        new("schedulerNamespace", ValueRule.Text, c => c.SchedulerNamespace, (c, v) => new(c) { SchedulerNamespace = (string?)v }),
        new("schedulerConfigMap", ValueRule.Text, c => c.SchedulerConfigMap, (c, v) => new(c) { SchedulerConfigMap = (string?)v }),
        new("schedulerConfigKey", ValueRule.Text, c => c.SchedulerConfigKey, (c, v) => new(c) { SchedulerConfigKey = (string?)v }),
        new("schedulerDeployment", ValueRule.Text, c => c.SchedulerDeployment, (c, v) => new(c) { SchedulerDeployment = (string?)v }),
        new(
            "protectedContexts",
            ValueRule.NamePatterns,
            c => c.ProtectedContexts,
            (c, v) => new(c) { ProtectedContexts = ClusterProtection.Join(c.ProtectedContexts, (string?)v) }
        ),
        new("nodeCommandImage", ValueRule.ImageDigest, c => c.NodeCommandImage, (c, v) => new(c) { NodeCommandImage = (string?)v }),
        new("nodeCommandNamespace", ValueRule.Text, c => c.NodeCommandNamespace, (c, v) => new(c) { NodeCommandNamespace = (string?)v }),
    ];

    /// <summary>The environment variable that sets it: <c>NODEMANAGER_SCALE_UP_THRESHOLD</c>.</summary>
    public string Variable { get; } =
        "NODEMANAGER_" + string.Concat(Name.Select(c => char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));

    public object? Default => Read(BuiltIn);

    /// <summary>The option of the name; null without one. Names are case-sensitive, as in JSON.</summary>
    public static ConfigurationOption? Find(string name) => All.FirstOrDefault(option => option.Name == name);
}

namespace NodeManager;

/// <summary>What holds in a session where a command says nothing else. Lives as long as the session.</summary>
public sealed class NodeManagerConfiguration : ClusterObject
{
    /// <summary>Ask metrics.k8s.io for usage (the first seed's <c>metricsEnabled</c>). Where it is off, usage is null and nothing is said.</summary>
    public bool MetricsEnabled { get; init; } = true;

    /// <summary>How long a drain may take for each node; null: without end.</summary>
    public TimeSpan? DrainTimeout { get; init; }

    /// <summary>What pods get to terminate in a drain; null: their own.</summary>
    public TimeSpan? DrainGracePeriod { get; init; }

    /// <summary>The namespace of the scheduler's ConfigMap and Deployment; null: found out.</summary>
    public string? SchedulerNamespace { get; init; }

    /// <summary>The ConfigMap that holds the scheduler's configuration; null: found out.</summary>
    public string? SchedulerConfigMap { get; init; }

    /// <summary>The ConfigMap's key; null: found out.</summary>
    public string? SchedulerConfigKey { get; init; }

    /// <summary>The Deployment that runs the scheduler; null: found out.</summary>
    public string? SchedulerDeployment { get; init; }

    /// <summary>The plugins that Register-SchedulerPlugin made known in this session.</summary>
    public ItemList<SchedulerPluginDefinition> SchedulerPlugins { get; init; } = ItemList<SchedulerPluginDefinition>.Empty;

    public override string ToString() => Cluster;

    internal NodeManagerConfiguration With(ItemList<SchedulerPluginDefinition> plugins) => new()
    {
        Cluster = Cluster,
        Session = Session,
        MetricsEnabled = MetricsEnabled,
        DrainTimeout = DrainTimeout,
        DrainGracePeriod = DrainGracePeriod,
        SchedulerNamespace = SchedulerNamespace,
        SchedulerConfigMap = SchedulerConfigMap,
        SchedulerConfigKey = SchedulerConfigKey,
        SchedulerDeployment = SchedulerDeployment,
        SchedulerPlugins = plugins,
    };
}

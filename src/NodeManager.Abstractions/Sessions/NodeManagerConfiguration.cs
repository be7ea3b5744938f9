namespace NodeManager;

/// <summary>What holds in a session where a command says nothing else. Immutable: a change replaces the session's configuration.</summary>
public sealed class NodeManagerConfiguration : ClusterObject
{
    public NodeManagerConfiguration()
    {
    }

    /// <summary>A copy; its initializer names what differs.</summary>
    internal NodeManagerConfiguration(NodeManagerConfiguration other)
    {
        Cluster = other.Cluster;
        Session = other.Session;
        MetricsEnabled = other.MetricsEnabled;
        DrainTimeout = other.DrainTimeout;
        DrainGracePeriod = other.DrainGracePeriod;
        SchedulerNamespace = other.SchedulerNamespace;
        SchedulerConfigMap = other.SchedulerConfigMap;
        SchedulerConfigKey = other.SchedulerConfigKey;
        SchedulerDeployment = other.SchedulerDeployment;
        SchedulerPlugins = other.SchedulerPlugins;
    }

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
}

namespace NodeManager;

/// <summary>The default values of commands in a session. Immutable: a change replaces the configuration of the session.</summary>
public sealed class NodeManagerConfiguration : ClusterObject
{
    public NodeManagerConfiguration() { }

    /// <summary>A copy; its initializer names what differs.</summary>
    internal NodeManagerConfiguration(NodeManagerConfiguration other)
    {
        Cluster = other.Cluster;
        Session = other.Session;
        Origins = other.Origins;
        EnableAutoScaling = other.EnableAutoScaling;
        ScaleUpThreshold = other.ScaleUpThreshold;
        ScaleDownThreshold = other.ScaleDownThreshold;
        NodeSelectionStrategy = other.NodeSelectionStrategy;
        HealthCheckInterval = other.HealthCheckInterval;
        MetricsEnabled = other.MetricsEnabled;
        AlertOnNodeFailure = other.AlertOnNodeFailure;
        AlertMinimumNodes = other.AlertMinimumNodes;
        AlertDebounce = other.AlertDebounce;
        MinNodes = other.MinNodes;
        MaxNodes = other.MaxNodes;
        DrainTimeout = other.DrainTimeout;
        DrainGracePeriod = other.DrainGracePeriod;
        WorkloadMaxUnavailable = other.WorkloadMaxUnavailable;
        WorkloadWait = other.WorkloadWait;
        SchedulerNamespace = other.SchedulerNamespace;
        SchedulerConfigMap = other.SchedulerConfigMap;
        SchedulerConfigKey = other.SchedulerConfigKey;
        SchedulerDeployment = other.SchedulerDeployment;
        ProtectedContexts = other.ProtectedContexts;
        NodeCommandImage = other.NodeCommandImage;
        NodeCommandNamespace = other.NodeCommandNamespace;
        SchedulerPlugins = other.SchedulerPlugins;
        PoolService = other.PoolService;
    }

    /// <summary>Let the autoscaler act on the thresholds. Where it is off, recommendations are reported and nothing scales.</summary>
    public bool EnableAutoScaling { get; init; }

    /// <summary>Percent of CPU or memory above which nodes are added; 50 to 95.</summary>
    public decimal ScaleUpThreshold { get; init; } = 80;

    /// <summary>Percent of CPU and memory below which a node is removed; 5 to 50.</summary>
    public decimal ScaleDownThreshold { get; init; } = 20;

    /// <summary>How a node is selected for new work: one of <see cref="NodeManager.NodeSelectionStrategy"/>.</summary>
    public string NodeSelectionStrategy { get; init; } = NodeManager.NodeSelectionStrategy.LeastSessions;

    /// <summary>The longest time that a health monitor lets pass without checking a node; 30 to 600 seconds.</summary>
    public TimeSpan HealthCheckInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Ask metrics.k8s.io for usage. Where it is off, usage is null, and no warning is written.</summary>
    public bool MetricsEnabled { get; init; } = true;

    /// <summary>Raise an alert when a node becomes NotReady.</summary>
    public bool AlertOnNodeFailure { get; init; } = true;

    /// <summary>Failing nodes that are needed for an alert about them; 1 to 1000. Monitors that start later use it.</summary>
    public int AlertMinimumNodes { get; init; } = 1;

    /// <summary>How long a cause must last before its alert is raised, and be gone before it is resolved; null: 15 seconds.</summary>
    public TimeSpan? AlertDebounce { get; init; }

    /// <summary>The fewest nodes that scaling down leaves; 1 to 100.</summary>
    public int MinNodes { get; init; } = 1;

    /// <summary>The most nodes that scaling up makes; 1 to 1000.</summary>
    public int MaxNodes { get; init; } = 10;

    /// <summary>How long a drain may take for each node; null: without end.</summary>
    public TimeSpan? DrainTimeout { get; init; }

    /// <summary>The grace period of pods in a drain; null for their own.</summary>
    public TimeSpan? DrainGracePeriod { get; init; }

    /// <summary>
    /// How many ready pods of a workload that no PDB covers may be unavailable at a time while several nodes are drained: a number, a percentage of
    /// its replicas, or <c>Off</c>; null: 25 %.
    /// </summary>
    public string? WorkloadMaxUnavailable { get; init; }

    /// <summary>How long such a drain waits for a replacement before it evicts more pods of the workload; null: 2 minutes.</summary>
    public TimeSpan? WorkloadWait { get; init; }

    /// <summary>The namespace of the scheduler's ConfigMap and Deployment; null: found out.</summary>
    public string? SchedulerNamespace { get; init; }

    /// <summary>The ConfigMap that holds the scheduler's configuration; null: found out.</summary>
    public string? SchedulerConfigMap { get; init; }

    /// <summary>The ConfigMap's key; null: found out.</summary>
    public string? SchedulerConfigKey { get; init; }

    /// <summary>The Deployment that runs the scheduler; null: found out.</summary>
    public string? SchedulerDeployment { get; init; }

    /// <summary>
    /// The contexts whose clusters are protected when a session is connected: names or wildcards, separated by commas. A file or a variable adds names to those of
    /// other files, and removes none. Null: none.
    /// </summary>
    public string? ProtectedContexts { get; init; }

    /// <summary>
    /// The image of the pods that run commands as root on nodes, by digest: <c>registry/name@sha256:…</c>. It must have nsenter. Null: no such
    /// commands.
    /// </summary>
    public string? NodeCommandImage { get; init; }

    /// <summary>The namespace of these pods, which must allow privileged pods. Null: <c>nodemanager-node-shell</c>.</summary>
    public string? NodeCommandNamespace { get; init; }

    /// <summary>The plugins that Register-SchedulerPlugin made known in this session.</summary>
    public ItemList<SchedulerPluginDefinition> SchedulerPlugins { get; init; } = ItemList<SchedulerPluginDefinition>.Empty;

    /// <summary>The sources of values by option name; an option that is not listed has its built-in value.</summary>
    internal IReadOnlyDictionary<string, string> Origins { get; init; } = new Dictionary<string, string>();

    /// <summary>The service that keeps the cluster's node pools. Null: none, or for an embedded cluster its own.</summary>
    public PoolServiceConfiguration? PoolService { get; init; }

    public override string ToString() => Cluster;
}

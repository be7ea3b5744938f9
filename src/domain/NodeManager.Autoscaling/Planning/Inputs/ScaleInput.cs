using NodeManager.Core.Nodes;
using NodeManager.Recommendations.Decisions;

namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>The complete input of a plan. The same input gives the same plan.</summary>
public sealed record ScaleInput
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>The session of the cluster, which the plan references; null without one.</summary>
    public NodeManagerSession? Session { get; init; }

    /// <summary>The Kubernetes minor version, for the scheduler's rules.</summary>
    public int MinorVersion { get; init; } = 37;

    /// <summary>All nodes of the cluster, including those without a pool.</summary>
    public required IReadOnlyList<Node> Nodes { get; init; }

    /// <summary>The lock of other operations by node UID. Such nodes stay.</summary>
    public IReadOnlyDictionary<string, NodeLock> Locks { get; init; } = new Dictionary<string, NodeLock>();

    /// <summary>All pods of the cluster.</summary>
    public required IReadOnlyList<Pod> Pods { get; init; }

    /// <summary>The managed pools: those that a control plane lists.</summary>
    public required IReadOnlyList<NodeSmithPool> Pools { get; init; }

    public ScalePolicy Policy { get; init; } = ScalePolicy.Default;

    public IReadOnlyList<NodeSmithClaim> Claims { get; init; } = [];

    /// <summary>Provide the zones of a pool, and its sizes if it has a fixed stock.</summary>
    public IReadOnlyList<NodeSmithProvider> Providers { get; init; } = [];

    /// <summary>Their pods run on every new node that they select.</summary>
    public IReadOnlyList<DaemonSet> DaemonSets { get; init; } = [];

    public IReadOnlyList<PodDisruptionBudget> Budgets { get; init; } = [];

    /// <summary><c>v1</c> or <c>v1beta1</c>: the meaning of an empty selector of a PDB.</summary>
    public string BudgetVersion { get; init; } = "v1";

    public IReadOnlyList<Namespace> Namespaces { get; init; } = [];

    public IReadOnlyList<Service> Services { get; init; } = [];

    public IReadOnlyList<PersistentVolumeClaim> VolumeClaims { get; init; } = [];

    public IReadOnlyList<PersistentVolume> Volumes { get; init; } = [];

    public IReadOnlyList<StorageClass> StorageClasses { get; init; } = [];

    /// <summary>True if the three lists above are complete, so that missing objects do not exist.</summary>
    public bool KnowsStorage { get; init; } = true;

    public IReadOnlyList<CapacityBuffer> Buffers { get; init; } = [];

    /// <summary>The objects that buffers refer to.</summary>
    public IReadOnlyList<BufferTarget> BufferTargets { get; init; } = [];

    /// <summary>The thresholds; null: <c>enableAutoScaling</c> is false, and only pods and pools count.</summary>
    public ThresholdInput? Thresholds { get; init; }

    /// <summary>The input with devices of nodes and claims as resources.</summary>
    public ScaleInput With(DeviceInput devices)
    {
        (IReadOnlyList<Node> nodes, IReadOnlyList<Pod> pods) = DevicePlanning.Apply(Nodes, Pods, devices);
        return this with { Nodes = nodes, Pods = pods };
    }

    /// <summary>The state of the previous plan; <see cref="ScaleMemory.Empty"/> after a start or a failover.</summary>
    public ScaleMemory Memory { get; init; } = ScaleMemory.Empty;
}

/// <summary>The state that a plan hands to the next. Its loss delays removals, and never causes one.</summary>
/// <param name="UnneededSince">By node UID: since when the node is unneeded.</param>
public sealed record ScaleMemory(IReadOnlyDictionary<string, DateTimeOffset> UnneededSince)
{
    public static ScaleMemory Empty { get; } = new(new Dictionary<string, DateTimeOffset>());

    /// <summary>The decision by thresholds; null: none. Its loss may remove empty nodes up to ten minutes earlier.</summary>
    internal RecommendationHistory.Entry? ByThreshold { get; init; }

    /// <summary>Since when a share is above its threshold; null: none is.</summary>
    internal DateTimeOffset? AboveSince { get; init; }

    /// <summary>Pools that could not create machines, by <see cref="PoolBackoff.KeyOf(string)"/>.</summary>
    internal IReadOnlyDictionary<string, PoolBackoff> Backoffs { get; init; } = new Dictionary<string, PoolBackoff>();

    /// <summary>Replacements that were given up, by the UID of the claim that stayed.</summary>
    internal IReadOnlyDictionary<string, AbandonedReplacement> Abandoned { get; init; } = new Dictionary<string, AbandonedReplacement>();

    /// <summary>The first observation of times in the future; see <see cref="FutureTimes"/>.</summary>
    internal IReadOnlyDictionary<string, DateTimeOffset> FutureTimes { get; init; } = new Dictionary<string, DateTimeOffset>();

    /// <summary>Shifts all times after the clock was set, so that durations stay.</summary>
    /// <param name="by">Negative: back.</param>
    internal ScaleMemory Shift(TimeSpan by) =>
        new(UnneededSince.ToDictionary(static one => one.Key, one => one.Value + by))
        {
            ByThreshold = ByThreshold is { } entry ? entry with { LastScaleUp = entry.LastScaleUp + by } : null,
            AboveSince = AboveSince + by,
            FutureTimes = FutureTimes.ToDictionary(static one => one.Key, one => one.Value + by, StringComparer.Ordinal),
            Backoffs = Backoffs.ToDictionary(static one => one.Key, one => one.Value.Shift(by), StringComparer.Ordinal),
            Abandoned = Abandoned.ToDictionary(static one => one.Key, one => one.Value.Shift(by), StringComparer.Ordinal),
        };
}

/// <summary>The thresholds of a configuration with <c>enableAutoScaling</c>, and the nodes' usage.</summary>
/// <param name="Configuration">The thresholds and bounds.</param>
/// <param name="Usage">By node name; empty: unknown, so that only requests count.</param>
public sealed record ThresholdInput(NodeManagerConfiguration Configuration, IReadOnlyDictionary<string, NodeUsage> Usage);

/// <summary>The target of a CapacityBuffer: a PodTemplate (<paramref name="Replicas"/> 0) or a scalable object.</summary>
/// <param name="Kind"><c>PodTemplate</c>, <c>Deployment</c>, <c>ReplicaSet</c>, <c>StatefulSet</c>, …</param>
/// <param name="Namespace">The same as the buffer's.</param>
/// <param name="Replicas">The desired replicas, the base of a percentage.</param>
/// <param name="Template">The template of its pods.</param>
public sealed record BufferTarget(string Kind, string Namespace, string Name, int Replicas, PodTemplate Template, long? Generation = null)
{
    internal static BufferTarget Of(StoredPodTemplate template) =>
        new("PodTemplate", template.Metadata.Namespace ?? "", template.Metadata.Name, 0, template.Template, template.Metadata.Generation);

    internal static BufferTarget Of(KubernetesObject workload, string kind, WorkloadSpec spec) =>
        new(
            kind,
            workload.Metadata.Namespace ?? "",
            workload.Metadata.Name,
            spec.Replicas ?? 1,
            spec.Template,
            workload.Metadata.Generation
        );
}

using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Recommendations.Decisions;

namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>Everything a plan rests on. The same input gives the same plan.</summary>
public sealed record ScaleInput
{
    /// <summary>The cluster's time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The session of the cluster, which the plan references; null without one.</summary>
    public NodeManagerSession? Session { get; init; }

    /// <summary>Of Kubernetes 1.x: the scheduler's rules follow it.</summary>
    public int MinorVersion { get; init; } = 37;

    /// <summary>All nodes of the cluster, those of no pool included.</summary>
    public required IReadOnlyList<Node> Nodes { get; init; }

    /// <summary>By node UID: the operation that works on the node. Such nodes stay.</summary>
    public IReadOnlyDictionary<string, NodeLock> Locks { get; init; } = new Dictionary<string, NodeLock>();

    /// <summary>All pods of the cluster.</summary>
    public required IReadOnlyList<Pod> Pods { get; init; }

    /// <summary>The pools that are managed: those that a control plane names.</summary>
    public required IReadOnlyList<NodeSmithPool> Pools { get; init; }

    /// <summary>The claims of all pools.</summary>
    public IReadOnlyList<NodeSmithClaim> Claims { get; init; } = [];

    /// <summary>What says in which zones a pool can make machines, and of what sizes where it has a fixed stock.</summary>
    public IReadOnlyList<NodeSmithProvider> Providers { get; init; } = [];

    /// <summary>Their pods come to every new node that they select.</summary>
    public IReadOnlyList<DaemonSet> DaemonSets { get; init; } = [];

    public IReadOnlyList<PodDisruptionBudget> Budgets { get; init; } = [];

    /// <summary><c>v1</c> or <c>v1beta1</c>: what an empty selector of a PDB means.</summary>
    public string BudgetVersion { get; init; } = "v1";

    public IReadOnlyList<Namespace> Namespaces { get; init; } = [];

    public IReadOnlyList<Service> Services { get; init; } = [];

    public IReadOnlyList<PersistentVolumeClaim> VolumeClaims { get; init; } = [];

    public IReadOnlyList<PersistentVolume> Volumes { get; init; } = [];

    public IReadOnlyList<StorageClass> StorageClasses { get; init; } = [];

    /// <summary>True where the three lists above are complete, so that what is missing does not exist.</summary>
    public bool KnowsStorage { get; init; } = true;

    /// <summary>Room that is kept free for pods of a kind.</summary>
    public IReadOnlyList<CapacityBuffer> Buffers { get; init; } = [];

    /// <summary>What buffers refer to.</summary>
    public IReadOnlyList<BufferTarget> BufferTargets { get; init; } = [];

    /// <summary>The thresholds that the plan acts on; null: <c>enableAutoScaling</c> is false, and pods and pools alone count.</summary>
    public ThresholdInput? Thresholds { get; init; }

    /// <summary>What the previous plan handed on; <see cref="ScaleMemory.Empty"/> after a start or a failover.</summary>
    public ScaleMemory Memory { get; init; } = ScaleMemory.Empty;
}

/// <summary>What a plan hands on to the next. Losing it makes removals later, never earlier.</summary>
/// <param name="UnneededSince">By node UID: since when nothing needs the node.</param>
public sealed record ScaleMemory(IReadOnlyDictionary<string, DateTimeOffset> UnneededSince)
{
    public static ScaleMemory Empty { get; } = new(new Dictionary<string, DateTimeOffset>());

    /// <summary>What was decided by the thresholds; null: nothing. Without it empty nodes may go up to ten minutes earlier.</summary>
    internal RecommendationHistory.Entry? ByThreshold { get; init; }

    /// <summary>Since when a share is above its threshold; null: none is.</summary>
    internal DateTimeOffset? AboveSince { get; init; }

    /// <summary>When a time that lies ahead of the clock was first seen; see <see cref="AheadTimes"/>.</summary>
    internal IReadOnlyDictionary<string, DateTimeOffset> SeenAhead { get; init; } = new Dictionary<string, DateTimeOffset>();

    /// <summary>The same after the clock was set: what has lasted for a while has lasted as long.</summary>
    /// <param name="by">By how much; negative: back.</param>
    internal ScaleMemory Shift(TimeSpan by) =>
        new(UnneededSince.ToDictionary(static one => one.Key, one => one.Value + by))
        {
            ByThreshold = ByThreshold is { } entry ? entry with { LastScaleUp = entry.LastScaleUp + by } : null,
            AboveSince = AboveSince + by,
            SeenAhead = SeenAhead.ToDictionary(static one => one.Key, one => one.Value + by, StringComparer.Ordinal),
        };
}

/// <summary>The thresholds of a configuration with <c>enableAutoScaling</c>, and what nodes use.</summary>
/// <param name="Configuration">The thresholds and bounds.</param>
/// <param name="Usage">By node name; empty: not known, so that requests alone count.</param>
public sealed record ThresholdInput(NodeManagerConfiguration Configuration, IReadOnlyDictionary<string, NodeUsage> Usage);

/// <summary>A PodTemplate (<paramref name="Replicas"/> 0) or a scalable object, as a CapacityBuffer refers to it.</summary>
/// <param name="Kind"><c>PodTemplate</c>, <c>Deployment</c>, <c>ReplicaSet</c>, <c>StatefulSet</c>, …</param>
/// <param name="Namespace">The same as the buffer's.</param>
/// <param name="Name">The name.</param>
/// <param name="Replicas">The desired replicas; what a percentage refers to.</param>
/// <param name="Template">What its pods look like.</param>
/// <param name="Generation">Of the object.</param>
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

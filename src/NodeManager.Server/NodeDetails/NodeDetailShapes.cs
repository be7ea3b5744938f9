using System.Text.Json.Serialization;
using NodeManager.Server.Responses;

namespace NodeManager.Server.NodeDetails;

// Bodies with details of a node. Serialized in snake_case.

/// <param name="Name">The node's name.</param>
/// <param name="Conditions">As reported by kubelet and controllers.</param>
/// <param name="Requested">Requests of its pods, as the scheduler counts them.</param>
internal sealed record ApiNodeDetails(
    string Name,
    IReadOnlyList<string> Roles,
    string Zone,
    string Pool,
    string InstanceType,
    string KubeletVersion,
    string ContainerRuntime,
    string OsImage,
    string KernelVersion,
    string Architecture,
    string InternalIp,
    DateTimeOffset CreatedAt,
    ApiRequested? Requested,
    IReadOnlyList<ApiNodeCondition> Conditions
);

internal sealed record ApiRequested(decimal? CpuPercent, decimal? MemoryPercent);

/// <param name="Status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
internal sealed record ApiNodeCondition(string Type, string Status, string Reason, string Message, DateTimeOffset? LastTransitionAt);

/// <param name="Status">As in kubectl: the phase, or a more specific problem.</param>
/// <param name="Owner"><c>Kind/name</c> of the controller; empty without one.</param>
internal sealed record ApiNodePod(
    string Namespace,
    string Name,
    string Status,
    bool Ready,
    int ReadyContainers,
    int Containers,
    int Restarts,
    string Owner,
    DateTimeOffset CreatedAt
);

internal sealed record ApiKubernetesEvent(DateTimeOffset? LastSeenAt, string Type, string Reason, string Message, string Source, int Count);

/// <summary>A drain plan.</summary>
/// <param name="Status">See <see cref="NodeDrainPlanStatus"/>.</param>
/// <param name="Blockers">Reasons that prevent the drain.</param>
/// <param name="Budgets">The PodDisruptionBudgets that would refuse an eviction, now or later.</param>
/// <param name="EstimatedSeconds">An upper bound; absent if the drain cannot complete in the current state.</param>
/// <param name="IsControlPlane">A control-plane node.</param>
/// <param name="NodeStatus"><c>Ready</c>, <c>NotReady</c> or <c>Unknown</c>.</param>
/// <param name="NodeCondition">Why the kubelet cannot terminate pods; empty if it can.</param>
/// <param name="Consequences">Consequences for a user to confirm.</param>
internal sealed record ApiDrainPlan(
    string Node,
    [property: ValuesOf(typeof(NodeDrainPlanStatus))] string Status,
    IReadOnlyList<string> Blockers,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<ApiPlannedPod> Pods,
    IReadOnlyList<ApiPlannedBudget> Budgets,
    double? EstimatedSeconds,
    string EstimateBasis,
    double? ExpectedSeconds,
    bool IsControlPlane,
    string NodeStatus,
    string NodeCondition,
    IReadOnlyList<ApiConsequence> Consequences
);

/// <param name="Kind"><c>ControlPlane</c>, <c>Kubelet</c>, <c>NoPlacement</c>, <c>Budget</c>, <c>DataLoss</c> or <c>Unmanaged</c>.</param>
/// <param name="Pods"><c>namespace/name</c>; empty for a consequence of the node.</param>
internal sealed record ApiConsequence(string Kind, string Message, IReadOnlyList<string> Pods);

/// <param name="Decision"><c>Evict</c>, <c>Skip</c>, <c>Wait</c> or <c>Refuse</c>.</param>
/// <param name="BlockedByBudget">A PodDisruptionBudget currently refuses the eviction.</param>
/// <param name="FitsElsewhere"><c>Yes</c>, <c>No</c> or <c>Unknown</c>.</param>
internal sealed record ApiPlannedPod(
    string Namespace,
    string Name,
    [property: ValuesOf(typeof(DrainDecision))] string Decision,
    string Reason,
    string Owner,
    bool BlockedByBudget,
    bool WaitsForTurn,
    string FitsElsewhere,
    string FitReason
);

/// <param name="Outlook"><c>Now</c>, <c>Slow</c> or <c>Never</c>.</param>
/// <param name="Remedy">What would allow the evictions; empty if they only take time.</param>
internal sealed record ApiPlannedBudget(string Namespace, string Name, string Summary, string Outlook, string Reason, string Remedy);

/// <summary>The usage of a node at a time, in percent of allocatable.</summary>
internal sealed record ApiUsageSample(DateTimeOffset At, decimal? CpuPercent, decimal? MemoryPercent);

/// <summary>A PodDisruptionBudget that covers a pod.</summary>
internal sealed record ApiPodBudget(
    string Name,
    string? MinAvailable,
    string? MaxUnavailable,
    int CurrentHealthy,
    int DesiredHealthy,
    int DisruptionsAllowed
);

/// <summary>A pod that a search found, and its node.</summary>
internal sealed record ApiFoundPod(string Namespace, string Name, string Node);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ApiNodeDetails))]
[JsonSerializable(typeof(List<ApiNodePod>))]
[JsonSerializable(typeof(List<ApiKubernetesEvent>))]
[JsonSerializable(typeof(List<ApiDrainPlan>))]
[JsonSerializable(typeof(List<ApiUsageSample>))]
[JsonSerializable(typeof(List<ApiFoundPod>))]
[JsonSerializable(typeof(List<ApiPodBudget>))]
internal sealed partial class DetailJson : JsonSerializerContext;

using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Server.NodeDetails;
using NodeManager.Server.Responses;

namespace NodeManager.Server.PoolDetails;

// Bodies of pools beyond those of a pool service. Serialized in snake_case.

/// <summary>A pool with its controllers' reports.</summary>
/// <param name="Provider">A <see cref="NodePoolProvider"/>.</param>
/// <param name="Spec">In the provider's format.</param>
/// <param name="Phase">A <see cref="NodePoolPhase"/>.</param>
/// <param name="Health">A <see cref="NodePoolHealth"/>.</param>
/// <param name="ActiveNodes">Absent if no controller reports it.</param>
/// <param name="Message">The conditions that are not met.</param>
internal sealed record ApiPoolOverview(
    string Id,
    string Name,
    [property: ValuesOf(typeof(NodePoolProvider))] string Provider,
    long Generation,
    string NodeProvider,
    string MachineType,
    IReadOnlyList<string> Zones,
    int? NodeCount,
    ApiPoolScaling? Autoscaling,
    string Phase,
    string Health,
    int? ActiveNodes,
    int? DesiredNodes,
    string Message,
    IReadOnlyList<ApiPoolStatusCondition> Conditions,
    JsonObject Spec,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string CreatedBy
);

internal sealed record ApiPoolScaling(bool Enabled, int? MinNodes, int? MaxNodes);

internal sealed record ApiPoolStatusCondition(
    string Controller,
    string Type,
    string Status,
    string Reason,
    string Message,
    DateTimeOffset? LastTransitionAt
);

/// <summary>The fields to change; missing fields are unchanged.</summary>
/// <param name="Spec">The complete new specification in the provider's format, instead of other fields.</param>
/// <param name="Generation">The generation that the caller saw; another one is a conflict. Absent: unconditional.</param>
internal sealed record ApiPoolChange(
    int? NodeCount,
    int? MinNodes,
    int? MaxNodes,
    bool? Autoscaling,
    string? MachineType,
    string? Release,
    JsonObject? Spec,
    long? Generation = null
);

/// <summary>The plan of a change. See <see cref="NodePoolPlan"/>.</summary>
/// <param name="Certain">The controller is known; otherwise the service decides.</param>
/// <param name="Nodes">Nodes that would be removed or replaced; absent if unknown.</param>
/// <param name="Pods">Pods that would be evicted; absent if unknown.</param>
internal sealed record ApiPoolPlan(
    string Pool,
    string Effect,
    string Summary,
    int CurrentNodes,
    int? DesiredNodes,
    bool Certain,
    IReadOnlyList<ApiPoolFieldPlan> Fields,
    IReadOnlyList<string>? Nodes,
    IReadOnlyList<string>? Pods,
    IReadOnlyList<ApiPlannedBudget>? Budgets,
    IReadOnlyList<string> Warnings
);

/// <param name="Effect">A <see cref="NodePoolEffect"/>.</param>
internal sealed record ApiPoolFieldPlan(string Field, string Before, string After, string Effect, int? Nodes, string Reason);

/// <summary>Options of an update. Defaults are those of Update-NodePool.</summary>
/// <param name="Strategy"><c>Surge</c> or <c>BlueGreen</c>.</param>
/// <param name="All">Replace every node, not only outdated ones.</param>
/// <param name="MachineType">For pools of a service: the new machine type.</param>
/// <param name="Release">For pools of a service: the new release.</param>
internal sealed record ApiPoolUpdateRequest(
    string? Strategy,
    string? MaxSurge,
    string? MaxUnavailable,
    bool? All,
    string? MachineType,
    string? Release,
    bool? DeleteEmptydirData,
    bool? DeleteUnmanagedPods,
    long? DrainTimeoutSeconds,
    long? SoakSeconds
);

/// <summary>A node that an update would replace.</summary>
/// <param name="Turn">Nodes of a turn are replaced together.</param>
internal sealed record ApiPoolUpdatePlan(
    int Turn,
    string Node,
    IReadOnlyList<string> Reasons,
    string Replacement,
    IReadOnlyList<string> Pods,
    IReadOnlyList<string> Obstacles
);

/// <summary>An update of a pool. See <see cref="NodePoolUpdate"/>.</summary>
/// <param name="Status">A <see cref="NodePoolUpdateStatus"/>.</param>
internal sealed record ApiPoolUpdate(
    string Pool,
    string Provider,
    string Id,
    [property: ValuesOf(typeof(NodePoolUpdateStatus))] string Status,
    bool Rollback,
    string Strategy,
    string MaxSurge,
    string MaxUnavailable,
    int Desired,
    int Ready,
    int Removed,
    int Skipped,
    int Evicted,
    string StartedBy,
    string Holder,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    string Message,
    IReadOnlyList<ApiPoolUpdateNode> Nodes
);

/// <param name="Status">A <see cref="NodePoolUpdateNodeStatus"/>.</param>
internal sealed record ApiPoolUpdateNode(
    string Node,
    string Claim,
    [property: ValuesOf(typeof(NodePoolUpdateNodeStatus))] string Status,
    IReadOnlyList<string> Reasons,
    bool Rollback,
    int Evicted,
    string Message
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(List<ApiPoolOverview>))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(ApiPoolPlan))]
[JsonSerializable(typeof(List<ApiPoolUpdatePlan>))]
[JsonSerializable(typeof(ApiPoolUpdate))]
internal sealed partial class PoolDetailJson : JsonSerializerContext;

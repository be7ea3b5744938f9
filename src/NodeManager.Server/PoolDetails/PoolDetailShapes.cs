using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Server.NodeDetails;
using NodeManager.Server.Responses;

namespace NodeManager.Server.PoolDetails;

// What pages about pools need beyond the bodies of a pool service. Written in snake_case.

/// <summary>A pool with what its controllers report.</summary>
/// <param name="Provider">A <see cref="NodePoolProvider"/>.</param>
/// <param name="Spec">As its provider writes it.</param>
/// <param name="Phase">A <see cref="NodePoolPhase"/>.</param>
/// <param name="Health">A <see cref="NodePoolHealth"/>.</param>
/// <param name="ActiveNodes">Absent where no controller counts.</param>
/// <param name="Message">The conditions that are not as they should be.</param>
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

/// <summary>What to change. Fields that are not given stay.</summary>
/// <param name="Spec">The whole specification afterwards, as the provider writes it; the other fields are then not given.</param>
/// <param name="Generation">Of the pool that the caller saw; another one now is a conflict. Absent: the pool is changed whatever it is.</param>
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

/// <summary>What a change of a pool would do. See <see cref="NodePoolPlan"/>.</summary>
/// <param name="Certain">Whether the controller is known; otherwise the service decides.</param>
/// <param name="Nodes">That would be removed or replaced; absent where it cannot be known.</param>
/// <param name="Pods">That would be evicted; absent where it cannot be known.</param>
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

/// <summary>How to roll a pool. What is not given is as with Update-NodePool.</summary>
/// <param name="Strategy"><c>Surge</c> or <c>BlueGreen</c>.</param>
/// <param name="All">Replace every node, outdated or not.</param>
/// <param name="MachineType">The change of a service's pool.</param>
/// <param name="Release">The change of a service's pool.</param>
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
/// <param name="Turn">Nodes of one turn go together.</param>
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

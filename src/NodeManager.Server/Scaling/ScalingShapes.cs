using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Scaling;

// Bodies about the autoscaler. Serialized in snake_case.

/// <summary>The leader, the pools, and the last decisions. See <see cref="NodeAutoscaler"/>.</summary>
/// <param name="Status"><c>Running</c> or <c>Stopped</c>.</param>
/// <param name="Leader">Empty if there was none yet.</param>
/// <param name="Local">This server runs it.</param>
internal sealed record ApiAutoscaler(
    string Namespace,
    [property: AllowedValues("Running", "Stopped")] string Status,
    string Leader,
    DateTimeOffset? LeaderSince,
    DateTimeOffset? RenewedAt,
    bool Local,
    IReadOnlyList<ApiScaledPool> Pools,
    IReadOnlyList<ApiScaleDecision> Decisions
);

/// <param name="Available"><c>True</c>, <c>False</c> or <c>Unknown</c>; empty before the first check of an autoscaler.</param>
internal sealed record ApiScaledPool(
    string Name,
    string Provider,
    int Nodes,
    int ReadyNodes,
    int Claims,
    int MinNodes,
    int MaxNodes,
    int? NodeCount,
    string Available,
    string Message,
    DateTimeOffset? LastScaleActivityAt
);

/// <param name="Decision">See <see cref="AutoscalerDecision"/>.</param>
/// <param name="Target">The pod, node, claim or pool.</param>
internal sealed record ApiScaleDecision(DateTimeOffset At, string Pool, string Target, string Decision, string Reason);

/// <summary>A claim. See <see cref="NodeClaim"/>.</summary>
/// <param name="Status">See <see cref="NodeClaimStatus"/>.</param>
internal sealed record ApiNodeClaim(
    string Name,
    string Uid,
    string Pool,
    [property: ValuesOf(typeof(NodeClaimStatus))] string Status,
    string Reason,
    string Message,
    string Node,
    string Machine,
    string Provider,
    string Zone,
    string Shape,
    decimal CpuCores,
    long MemoryBytes,
    int Attempts,
    IReadOnlyList<ApiClaimCondition> Conditions,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? DeletedAt
);

internal sealed record ApiClaimCondition(string Type, string Status, string Reason, string Message, DateTimeOffset? LastTransitionAt);

/// <summary>What an autoscaler would do now, and why. See <see cref="NodeScalePlan"/>.</summary>
/// <param name="PricePerHour">Of all machines after the plan; missing without prices.</param>
/// <param name="Warnings">Unreadable data.</param>
internal sealed record ApiScalePlan(
    DateTimeOffset ObservedAt,
    IReadOnlyList<ApiScaleMachine> Machines,
    IReadOnlyList<ApiScalePod> Pods,
    IReadOnlyList<ApiScaleNode> Nodes,
    decimal? PricePerHour,
    string? Currency,
    IReadOnlyList<string> Warnings
);

/// <summary>Changes of pools that are assumed, and not made, and what is to be explained. At least one of them.</summary>
/// <param name="Pools">By name of the pool: a JSON merge patch of the specification of its NodeSmithPool.</param>
/// <param name="Pods">Pods to explain: <c>name</c> or <c>namespace/name</c>, with wildcards.</param>
/// <param name="Nodes">Nodes or claims to explain, with wildcards.</param>
internal sealed record ApiScaleAssumptions(
    Dictionary<string, JsonObject?>? Pools,
    IReadOnlyList<string>? Pods = null,
    IReadOnlyList<string>? Nodes = null
);

/// <summary>The plan now and with assumed changes. See <see cref="NodeScaleComparison"/>.</summary>
/// <param name="PriceChangePerHour">Missing if a price is unknown.</param>
/// <param name="Warnings">Unreadable data, fields that a pool does not have, and names without a pod or node.</param>
/// <param name="Explanations">Of the requested pods and nodes, without the assumed changes.</param>
internal sealed record ApiScaleComparison(
    ApiScalePlan Before,
    ApiScalePlan After,
    IReadOnlyList<ApiScaleDifference> Differences,
    decimal? PriceChangePerHour,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<ApiScaleExplanation> Explanations
);

/// <summary>The decision about a pod or node, its history, and what would change it.</summary>
/// <param name="Name">Of a pod with its namespace; of a node without a Node object, the name of its claim.</param>
/// <param name="Suggestion">Missing if no single change of a pool helps.</param>
/// <param name="History">Earlier decisions, the oldest first.</param>
internal sealed record ApiScaleExplanation(
    [property: AllowedValues("Pod", "Node")] string Kind,
    string Name,
    string Decision,
    string Reason,
    string Message,
    ApiScaleSuggestion? Suggestion,
    IReadOnlyList<ApiScaleDecision> History
);

/// <summary>A change of a pool. See <see cref="NodeScaleSuggestion"/>.</summary>
/// <param name="Patch">A JSON merge patch of the specification of the pool.</param>
internal sealed record ApiScaleSuggestion(
    string Pool,
    string Field,
    string Before,
    string After,
    decimal? PriceChangePerHour,
    JsonObject Patch,
    string Message
);

/// <summary>A pod, node or kind of machine that the two plans decide differently about.</summary>
/// <param name="Before">The decision, or the number of new machines.</param>
internal sealed record ApiScaleDifference(
    [property: AllowedValues("Pod", "Node", "Machine")] string Kind,
    string Name,
    string Before,
    string After,
    string Message
);

/// <summary>A machine that would be created.</summary>
internal sealed record ApiScaleMachine(
    string Pool,
    string Shape,
    string Zone,
    long CpuCores,
    long MemoryBytes,
    string Reason,
    string Message,
    decimal? PricePerHour,
    IReadOnlyList<string> Pods
);

/// <summary>A pod that waits for a node.</summary>
/// <param name="Target">The node or machine that it would get.</param>
internal sealed record ApiScalePod(
    string Namespace,
    string Name,
    string Decision,
    string Target,
    string Pool,
    string Reason,
    string Message,
    DateTimeOffset? Since
);

/// <summary>A node that stays or would be removed.</summary>
internal sealed record ApiScaleNode(
    string Node,
    string Pool,
    string Decision,
    string Reason,
    string Message,
    DateTimeOffset? UnneededSince,
    DateTimeOffset? RemovableAt
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ApiAutoscaler))]
[JsonSerializable(typeof(List<ApiNodeClaim>))]
[JsonSerializable(typeof(List<ApiAutoscalerObject>))]
[JsonSerializable(typeof(ApiScalePlan))]
[JsonSerializable(typeof(ApiScaleComparison))]
internal sealed partial class ScalingJson : JsonSerializerContext;

using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.NodePools;

namespace NodeManager.Server.Pools;

// Bodies of pool routes, by the pool service's specification. Serialized in snake_case.

/// <param name="Spec">In the provider's format.</param>
/// <param name="CreatedBy">Empty if the provider does not know.</param>
/// <param name="Phase">A <see cref="NodePoolPhase"/>; absent if the provider sends no status.</param>
/// <param name="Health">A <see cref="NodePoolHealth"/>; absent with <paramref name="Phase"/>.</param>
internal sealed record ApiNodePool(
    string Id,
    string Name,
    string ClusterId,
    long Generation,
    string ResourceVersion,
    JsonObject Spec,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? UpdatedAt,
    string CreatedBy,
    string? Phase,
    string? Health
)
{
    public static ApiNodePool Of(PoolRecord pool)
    {
        List<NodePoolControllerStatus>? controllers = pool.Status?.ToList();
        return new(
            pool.Id,
            pool.Name,
            pool.ClusterId,
            pool.Generation,
            pool.ResourceVersion,
            pool.Spec,
            pool.CreatedAt,
            pool.UpdatedAt ?? pool.CreatedAt,
            pool.CreatedBy,
            controllers is null ? null : NodePoolPhase.Of(pool.Generation, controllers),
            controllers is null ? null : NodePoolHealth.Of(controllers)
        );
    }
}

/// <param name="Total">The number of matches on all pages.</param>
internal sealed record ApiNodePoolPage(IReadOnlyList<ApiNodePool> Nodepools, int Total, int Limit, int Offset);

/// <param name="ClusterId">Optional if the path names the cluster, or there is only one.</param>
internal sealed record ApiNodePoolCreation([property: Required] string? Name, string? ClusterId, [property: Required] JsonObject? Spec);

/// <summary>Replaces name and specification.</summary>
/// <param name="Generation">The generation that the caller saw; another one is a conflict. Absent: unconditional.</param>
internal sealed record ApiNodePoolReplacement(
    [property: Required] string? Name,
    [property: Required] JsonObject? Spec,
    long? Generation = null
);

internal sealed record ApiNodePoolStatus(string NodepoolId, IReadOnlyList<ApiPoolController> ControllerStatus);

internal sealed record ApiPoolController(
    string ControllerName,
    long ObservedGeneration,
    IReadOnlyList<ApiPoolCondition> Conditions,
    IReadOnlyDictionary<string, object?> Metadata,
    DateTimeOffset? UpdatedAt
);

internal sealed record ApiPoolCondition(
    string? Type,
    string? Status,
    [property: JsonPropertyName("lastTransitionTime")] DateTimeOffset? LastTransitionTime,
    string? Reason,
    string? Message
);

internal sealed record ApiPoolReport(
    [property: Required] string? ControllerName,
    [property: Required] long? ObservedGeneration,
    [property: Required] IReadOnlyList<ApiPoolCondition>? Conditions,
    JsonObject? Metadata
);

internal sealed record ApiPoolReported(string Message, string NodepoolId, string ClusterId, string ControllerName, long ObservedGeneration);

using System.ComponentModel.DataAnnotations;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Nodes;

// Bodies of node routes, as in the StreamSpace node manager. Serialized in snake_case.

/// <param name="Zone">Absent if the node has no label of a zone; the same for pool, instance type and address.</param>
/// <param name="Version">Of the kubelet.</param>
/// <param name="ChangedAt">The last transition of a condition.</param>
/// <param name="Requested">By its pods, of what is allocatable.</param>
internal sealed record ApiNode(
    string Name,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<ApiTaint> Taints,
    ApiNodeStatus Status,
    ApiAmounts Capacity,
    ApiAmounts Allocatable,
    ApiUsage? Usage,
    int? Pods,
    string Age,
    string? Zone,
    string? Pool,
    string? InstanceType,
    string Version,
    string? Address,
    DateTimeOffset? ChangedAt,
    ApiUsage? Requested,
    ApiNodeOperation? Operation = null
);

/// <summary>
/// The operation that works on a node, from the node's lock. Uncordoning the node ends it, and DELETE of the operation cancels it.
/// </summary>
/// <param name="Kind"><c>NodeDrain</c>, <c>NodeMaintenance</c>, <c>NodeRepair</c>, <c>NodePoolUpdate</c> or <c>NodeScaling</c>.</param>
/// <param name="Holder">Its process: <c>user@machine/process</c>.</param>
internal sealed record ApiNodeOperation(string Id, string Kind, string Holder);

internal sealed record ApiTaint(string Key, string Value, string Effect);

/// <param name="Ready">The Ready condition is True.</param>
/// <param name="Phase"><c>Ready</c>, <c>NotReady</c> or <c>Unknown</c>.</param>
/// <param name="Unschedulable">Cordoned.</param>
internal sealed record ApiNodeStatus(
    bool Ready,
    [property: AllowedValues(NodeStatus.Ready, NodeStatus.NotReady, NodeStatus.Unknown)] string Phase,
    bool Unschedulable
);

/// <param name="Cpu">Cores.</param>
/// <param name="Memory">With a binary unit.</param>
internal sealed record ApiAmounts(string Cpu, string Memory);

internal sealed record ApiUsage(decimal? CpuPercent, decimal? MemoryPercent);

internal sealed record ApiStatistics(
    int TotalNodes,
    int ReadyNodes,
    int NotReadyNodes,
    ApiAmounts TotalCapacity,
    ApiAmounts TotalAllocatable
);

/// <param name="Seen">The label that the caller saw: a different one is a conflict (409). Absent: unconditional.</param>
internal sealed record ApiLabel([property: Required] string? Key, string? Value, ApiSeenValue? Seen = null);

/// <param name="Seen">The taint with this key and effect that the caller saw, as for labels.</param>
internal sealed record ApiTaintRequest(
    [property: Required] string? Key,
    string? Value,
    [property: Required] string? Effect,
    ApiSeenValue? Seen = null
);

/// <param name="Value">Absent: it did not exist.</param>
internal sealed record ApiSeenValue(string? Value);

/// <param name="Message">The result in a sentence.</param>
/// <param name="PodsDeleted">Deleted pods.</param>
/// <param name="Status">See <see cref="NodeDrainStatus"/>.</param>
/// <param name="Blockers">Why the drain has not completed.</param>
/// <param name="Events">The last warnings about pods that are not ready or do not end.</param>
/// <param name="Error">The ErrorId; absent on success.</param>
/// <param name="Node">The node.</param>
internal sealed record ApiDrainResult(
    string Message,
    int PodsDeleted,
    string Status,
    IReadOnlyList<string> Blockers,
    IReadOnlyList<string> Events,
    string? Error,
    string Node
);

/// <summary>The nodes to drain together, and the options of each drain.</summary>
internal sealed record ApiBatchDrain([property: Required] IReadOnlyList<string>? Nodes) : ApiDrainRequest
{
    private const int MostNodes = 5000;

    /// <summary>Each node once.</summary>
    /// <exception cref="NodeManagerException">InvalidBody: none, or too many.</exception>
    public IReadOnlyList<string> Names()
    {
        RequireCount(ApiBody.Required(Nodes, "nodes").Count);
        return [.. Nodes!.Distinct(StringComparer.Ordinal)];
    }

    public static void RequireCount(int count)
    {
        if (count is 0 or > MostNodes)
            throw new NodeManagerException(
                "InvalidBody",
                ErrorKind.InvalidArgument,
                $"'nodes' has {count} nodes; it takes 1 to {MostNodes}.",
                count
            );
    }
}

using System.ComponentModel.DataAnnotations;

namespace NodeManager.Server.Nodes;

// The bodies of the node routes, as the StreamSpace node manager has them. Written in snake_case.

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
    ApiNodeOperation? Operation = null
);

/// <summary>The operation that works on a node, by the node's lock. Uncordoning the node calls it off, and DELETE of the operation cancels it.</summary>
/// <param name="Kind"><c>NodeDrain</c>, <c>NodeMaintenance</c>, <c>NodeRepair</c>, <c>NodePoolUpdate</c> or <c>NodeScaling</c>.</param>
/// <param name="Holder">The process that runs it: <c>user@machine/process</c>.</param>
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

/// <param name="Seen">The label as the caller saw it: where it differs by now, nothing is changed (409). Absent: the label is set whatever it is.</param>
internal sealed record ApiLabel([property: Required] string? Key, string? Value, ApiSeenValue? Seen = null);

/// <param name="Seen">The taint of this key and effect as the caller saw it, as for labels.</param>
internal sealed record ApiTaintRequest(
    [property: Required] string? Key,
    string? Value,
    [property: Required] string? Effect,
    ApiSeenValue? Seen = null
);

/// <param name="Value">Absent: the label or taint was absent.</param>
internal sealed record ApiSeenValue(string? Value);

/// <summary>All optional. Without the two permissions a node with such pods is not drained (409).</summary>
/// <param name="TimeoutSeconds">300 without it; then 409 with what blocks.</param>
internal sealed record ApiDrainRequest(
    long? GracePeriodSeconds,
    long? TimeoutSeconds,
    bool DeleteEmptydirData = false,
    bool DeleteUnmanagedPods = false
);

/// <param name="Message">The result in a sentence.</param>
/// <param name="PodsDeleted">Pods that are gone.</param>
/// <param name="Status">See <see cref="NodeDrainStatus"/>.</param>
/// <param name="Blockers">What is in the way.</param>
/// <param name="Error">The id of the failure; absent without.</param>
internal sealed record ApiDrainResult(string Message, int PodsDeleted, string Status, IReadOnlyList<string> Blockers, string? Error);

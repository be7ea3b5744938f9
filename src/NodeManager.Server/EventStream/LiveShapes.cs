using NodeManager.Server.Nodes;

namespace NodeManager.Server.EventStream;

/// <summary>A changed node: the data of the event <c>node</c>.</summary>
/// <param name="Type"><c>added</c>, <c>modified</c> or <c>deleted</c>.</param>
/// <param name="Node">Absent for a deleted node.</param>
internal sealed record ApiNodeEvent(string Type, string Name, ApiNode? Node);

/// <summary>Changed load and usage of nodes: the data of the event <c>usage</c>.</summary>
internal sealed record ApiUsageEvent(IReadOnlyList<ApiNodeUsage> Nodes);

internal sealed record ApiNodeUsage(string Name, ApiUsage? Usage, int? Pods, ApiUsage? Requested);

/// <summary>A started or ended operation: the data of the event <c>operation</c>. <c>/api/v1/operations</c> has the details.</summary>
internal sealed record ApiOperationChange(string Id, string Kind, string Target, string State);

/// <summary>Whether the API server answers, every 10 seconds: the data of the event <c>cluster</c>.</summary>
/// <param name="Since">The time of its last response.</param>
internal sealed record ApiClusterEvent(bool Reachable, DateTimeOffset Since);

using NodeManager.Server.Nodes;

namespace NodeManager.Server.EventStream;

/// <summary>A node changed: data of the event <c>node</c>.</summary>
/// <param name="Type"><c>added</c>, <c>modified</c> or <c>deleted</c>.</param>
/// <param name="Node">Absent of one that was deleted.</param>
internal sealed record ApiNodeEvent(string Type, string Name, ApiNode? Node);

/// <summary>Only load and usage of nodes changed: data of the event <c>usage</c>.</summary>
internal sealed record ApiUsageEvent(IReadOnlyList<ApiNodeUsage> Nodes);

internal sealed record ApiNodeUsage(string Name, ApiUsage? Usage, int? Pods);

/// <summary>An operation started or ended: data of the event <c>operation</c>. <c>/api/v1/operations</c> has the rest.</summary>
internal sealed record ApiOperationChange(string Id, string Kind, string Target, string State);

/// <summary>The API server stopped answering, or answers again: data of the event <c>cluster</c>.</summary>
/// <param name="Since">When it last answered.</param>
internal sealed record ApiClusterEvent(bool Reachable, DateTimeOffset Since);

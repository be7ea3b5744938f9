using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Maintenances;

// The bodies of the maintenance routes. Written in snake_case.

/// <summary>Which nodes to maintain, and how. What is not given is as with Invoke-NodeMaintenance.</summary>
/// <param name="MaxUnavailable">How many nodes may be out of service: a number or a percentage.</param>
/// <param name="TopologyKey">Nodes with different values of this label are never out of service together.</param>
/// <param name="Windows">When nodes may be begun.</param>
/// <param name="OnError">See <see cref="MaintenanceErrorAction"/>.</param>
internal sealed record ApiMaintenanceRequest(
    [property: Required] IReadOnlyList<string>? Nodes,
    string? MaxUnavailable,
    string? TopologyKey,
    bool? WaitForReboot,
    bool? IncludeControlPlane,
    long? WaitReadySeconds,
    long? SoakSeconds,
    IReadOnlyList<string>? Windows,
    string? OnError,
    bool? DeleteEmptydirData,
    bool? DeleteUnmanagedPods,
    long? GracePeriodSeconds,
    long? DrainTimeoutSeconds
);

/// <summary>A node in the plan of a maintenance.</summary>
/// <param name="Batch">Nodes of one batch go together; 0: the node is left out.</param>
/// <param name="Pods">How many its drain evicts.</param>
/// <param name="Obstacles">What its drain would meet.</param>
/// <param name="Stranded">Pods without a place elsewhere.</param>
/// <param name="NotBefore">When the window opens.</param>
internal sealed record ApiMaintenancePlan(
    int Batch,
    string Node,
    string Group,
    int Pods,
    IReadOnlyList<string> Obstacles,
    IReadOnlyList<string> Stranded,
    DateTimeOffset? NotBefore,
    string Note
);

/// <summary>A plan, and what to know about it.</summary>
internal sealed record ApiMaintenancePlans(IReadOnlyList<ApiMaintenancePlan> Nodes, IReadOnlyList<string> Warnings);

/// <summary>A run. See <see cref="NodeMaintenanceRun"/>.</summary>
/// <param name="Status">See <see cref="NodeMaintenanceRunStatus"/>.</param>
/// <param name="Holder">Who works on it, or did last.</param>
internal sealed record ApiMaintenanceRun(
    string Id,
    [property: ValuesOf(typeof(NodeMaintenanceRunStatus))] string Status,
    string Reason,
    string StartedBy,
    string Holder,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    string MaxUnavailable,
    string TopologyKey,
    IReadOnlyList<string> Windows,
    string OnError,
    int Completed,
    int Failed,
    int Deleted,
    int Skipped,
    int Remaining,
    string Message,
    IReadOnlyList<ApiMaintenanceNode> Nodes
);

/// <summary>A node of a run. See <see cref="NodeMaintenanceResult"/>.</summary>
/// <param name="Status">See <see cref="NodeMaintenanceStatus"/>.</param>
/// <param name="Step">The step in progress; empty otherwise.</param>
/// <param name="Error">Why it failed; empty otherwise.</param>
internal sealed record ApiMaintenanceNode(
    string Node,
    [property: ValuesOf(typeof(NodeMaintenanceStatus))] string Status,
    int Batch,
    string Group,
    string Step,
    string Message,
    string Error,
    DateTimeOffset? StartedAt,
    IReadOnlyList<ApiMaintenanceStep> Steps
);

/// <param name="Name">See <see cref="NodeMaintenanceStepName"/>.</param>
internal sealed record ApiMaintenanceStep(string Name, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

/// <param name="Stopped">False where no process works on the run.</param>
internal sealed record ApiMaintenanceStopped(string Id, bool Stopped);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ApiMaintenancePlans))]
[JsonSerializable(typeof(List<ApiMaintenanceRun>))]
[JsonSerializable(typeof(ApiMaintenanceStopped))]
internal sealed partial class MaintenanceRouteJson : JsonSerializerContext;

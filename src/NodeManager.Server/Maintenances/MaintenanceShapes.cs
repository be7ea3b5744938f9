using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Maintenances;

// Bodies of maintenance routes. Serialized in snake_case.

/// <summary>The nodes to maintain, and options. Defaults are those of Invoke-NodeMaintenance.</summary>
/// <param name="MaxUnavailable">The nodes that may be out of service: a number or a percentage.</param>
/// <param name="TopologyKey">Nodes with different values of this label are never out of service concurrently.</param>
/// <param name="Windows">When nodes may be started.</param>
/// <param name="OnError">See <see cref="MaintenanceErrorAction"/>.</param>
/// <param name="NodeCommand">
/// A command to run as root on each drained node. Refused by a server whose callers are users of the cluster, as its own account would run it.
/// </param>
/// <param name="NodeCommandSeconds">The time after which the kubelet ends the command; 1,800 if absent.</param>
/// <param name="Reboot">Reboot each node as root and wait for its new boot. Refused as <paramref name="NodeCommand"/>.</param>
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
    string? NodeCommand,
    long? NodeCommandSeconds,
    bool? Reboot
) : DrainBody;

/// <summary>A node in a maintenance plan.</summary>
/// <param name="Batch">Nodes of a batch are maintained together; 0: the node is excluded.</param>
/// <param name="Pods">The number of pods that its drain evicts.</param>
/// <param name="Obstacles">Blockers and warnings of its drain.</param>
/// <param name="Stranded">Pods that fit on no other node.</param>
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

/// <summary>A plan with warnings.</summary>
internal sealed record ApiMaintenancePlans(IReadOnlyList<ApiMaintenancePlan> Nodes, IReadOnlyList<string> Warnings);

/// <summary>A run. See <see cref="NodeMaintenanceRun"/>.</summary>
/// <param name="Type"><c>Maintenance</c>, or <c>Drain</c>, which leaves its nodes cordoned and is not resumed.</param>
/// <param name="Status">See <see cref="NodeMaintenanceRunStatus"/>.</param>
/// <param name="Holder">The current or last process.</param>
internal sealed record ApiMaintenanceRun(
    string Id,
    [property: AllowedValues("Maintenance", "Drain")] string Type,
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
/// <param name="Step">The current step; empty otherwise.</param>
/// <param name="Error">The failure; empty otherwise.</param>
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

/// <param name="Stopped">False if no process worked on the run.</param>
internal sealed record ApiMaintenanceStopped(string Id, bool Stopped);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ApiMaintenancePlans))]
[JsonSerializable(typeof(List<ApiMaintenanceRun>))]
[JsonSerializable(typeof(ApiMaintenanceStopped))]
internal sealed partial class MaintenanceRouteJson : JsonSerializerContext;

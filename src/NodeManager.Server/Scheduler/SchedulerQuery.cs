using Microsoft.AspNetCore.Mvc;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Scheduler;

/// <summary>The optional query parameters of scheduler routes.</summary>
/// <param name="Namespace">The namespace of ConfigMap and Deployment.</param>
/// <param name="Profile">Only the profile of this scheduler name.</param>
/// <param name="DryRun">Return the changes without writing them.</param>
/// <param name="Restart">False: write the configuration without restarting the scheduler.</param>
/// <param name="Seen">The version of the configuration that the caller saw; another one is a conflict.</param>
internal sealed record SchedulerQuery(
    [FromQuery(Name = "namespace")] string? Namespace,
    [FromQuery(Name = "config_map")] string? ConfigMap,
    [FromQuery(Name = "deployment")] string? Deployment,
    [FromQuery(Name = "profile")] string? Profile,
    [FromQuery(Name = "dry_run")] string? DryRun,
    [FromQuery(Name = "restart")] string? Restart,
    [FromQuery(Name = "seen")] string? Seen
)
{
    public SchedulerTarget Target => new(Namespace, ConfigMap, Deployment);

    public bool IsDryRun => ApiQuery.ParseFlag(DryRun, "dry_run", usual: false);

    public bool Restarts => ApiQuery.ParseFlag(Restart, "restart", usual: true);
}

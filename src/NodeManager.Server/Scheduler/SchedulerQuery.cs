using Microsoft.AspNetCore.Mvc;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Scheduler;

/// <summary>The query parameters of the scheduler routes; all optional.</summary>
/// <param name="Namespace">Of the ConfigMap and the Deployment.</param>
/// <param name="Profile">Only this profile, by its scheduler name.</param>
/// <param name="DryRun">Only answer what would change.</param>
/// <param name="Restart">False: write, and leave the scheduler as it runs.</param>
/// <param name="Seen">The version of the configuration that the caller saw; another one now is a conflict.</param>
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

    public bool IsDryRun => ApiQuery.Flag(DryRun, "dry_run", usual: false);

    public bool Restarts => ApiQuery.Flag(Restart, "restart", usual: true);
}

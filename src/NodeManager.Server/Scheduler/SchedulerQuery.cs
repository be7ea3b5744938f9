using Microsoft.AspNetCore.Mvc;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Scheduler;

/// <summary>The optional query parameters of scheduler routes.</summary>
internal sealed record SchedulerQuery
{
    /// <summary>The namespace of ConfigMap and Deployment.</summary>
    [FromQuery(Name = "namespace")]
    public string? Namespace { get; init; }

    [FromQuery(Name = "config_map")]
    public string? ConfigMap { get; init; }

    [FromQuery(Name = "deployment")]
    public string? Deployment { get; init; }

    /// <summary>Only the profile of this scheduler name.</summary>
    [FromQuery(Name = "profile")]
    public string? Profile { get; init; }

    /// <summary>Return the changes without writing them.</summary>
    [FromQuery(Name = "dry_run")]
    public string? DryRun { get; init; }

    /// <summary>False: write the configuration without restarting the scheduler.</summary>
    [FromQuery(Name = "restart")]
    public string? Restart { get; init; }

    /// <summary>The version of the configuration that the caller saw; another one is a conflict.</summary>
    [FromQuery(Name = "seen")]
    public string? Seen { get; init; }

    public SchedulerTarget Target => new(Namespace, ConfigMap, Deployment);

    public bool IsDryRun => ApiQuery.ParseFlag(DryRun, "dry_run", usual: false);

    public bool Restarts => ApiQuery.ParseFlag(Restart, "restart", usual: true);
}

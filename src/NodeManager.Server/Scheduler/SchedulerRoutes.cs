using System.Text.Json.Nodes;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Reading;
using NodeManager.SchedulerConfigurations.Yaml;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Health;
using NodeManager.SchedulerControl.Restarts;
using NodeManager.SchedulerControl.Revisions;
using NodeManager.Server.Access;
using NodeManager.Server.Operations;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Scheduler;

/// <summary>
/// The routes of the scheduler plugin manager. <c>namespace</c>, <c>config_map</c> and <c>deployment</c> in the query select one of several
/// schedulers; <c>dry_run=true</c> only returns the changes.
/// </summary>
internal sealed class SchedulerRoutes(SchedulerService schedulers, OperationRegistry operations)
{
    private const string Service = "nodemanager";

    private static readonly AccessNeed[] Changing =
    [
        new("patch", "configmaps", Scope: QueryNamespace),
        new("patch", "deployments", "apps", QueryNamespace),
    ];

    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/v1").WithTags("Scheduler");
        group.MapGet("/plugins", ListAsync).ForViewers(ReadScheduler).Produces<ApiPlugins>();
        Change(
            group.MapPost(
                "/plugins/{plugin}/enable",
                (string plugin, ApiPluginChange? body, [AsParameters] SchedulerQuery query, CancellationToken stop) =>
                    ChangeAsync(query, "Enable", Change(plugin, body), PluginEditor.Enable, body, stop)
            )
        );
        Change(
            group.MapPost(
                "/plugins/{plugin}/disable",
                (string plugin, ApiPluginChange? body, [AsParameters] SchedulerQuery query, CancellationToken stop) =>
                    ChangeAsync(query, "Disable", Change(plugin, body) with { Weight = null }, PluginEditor.Disable, body, stop)
            )
        );
        Change(group.MapPut("/plugins/{plugin}/config", ConfigureAsync));
        group
            .MapPost("/scheduler/restart", RestartAsync)
            .ForAdmins(Changing)
            .Produces<ApiSchedulerRestart>()
            .Produces<ApiOperation>(StatusCodes.Status202Accepted)
            .Produces<ApiSchedulerRestart>(StatusCodes.Status409Conflict);
        group.MapPost("/config/backup", BackupAsync).ForAdmins(Changing).Produces<ApiBackup>();
        group.MapGet("/config/revisions", RevisionsAsync).ForViewers(ReadScheduler).Produces<List<ApiRevision>>();
        group
            .MapGet("/config/revisions/{revision:long}", RevisionAsync)
            .ForViewers(ReadScheduler)
            .Produces<ApiRevision>()
            .Produces<ApiError>(StatusCodes.Status404NotFound);
        Change(group.MapPost("/config/revisions/{revision:long}/restore", RestoreAsync));
        group
            .MapGet("/health", HealthAsync)
            .ForViewers(ReadScheduler)
            .Produces<ApiHealth>()
            .Produces<ApiHealth>(StatusCodes.Status503ServiceUnavailable);
    }

    private static void Change(RouteHandlerBuilder route) =>
        route
            .ForAdmins(Changing)
            .WithMetadata(new TakesDryRun())
            .Produces<ApiSchedulerChange>()
            .Produces<ApiError>(StatusCodes.Status400BadRequest)
            .Produces<ApiSchedulerChange>(StatusCodes.Status409Conflict);

    private static PluginChange Change(string plugin, ApiPluginChange? body) =>
        new()
        {
            Name = plugin,
            ExtensionPoints = [.. (body?.Phases ?? []).Select(ExtensionPoints.InItsCase)],
            SchedulerNames = body?.Profiles ?? [],
            Weight = body?.Weight,
        };

    private async Task<IResult> ListAsync([AsParameters] SchedulerQuery query, CancellationToken stop)
    {
        ClusterScheduler scheduler = await schedulers.FindAsync(query.Target, stop);
        PluginCatalog catalog = await schedulers.CatalogAsync(stop);
        SchedulerConfiguration configuration = await SchedulerConfigurationReader.ReadAsync(
            schedulers.Session,
            scheduler,
            NullObserver.Instance,
            stop
        );
        SchedulerDocument document = SchedulerDocument.Parse(configuration.Text, scheduler.Source);
        SchedulerApi api = SchedulerPlugins.ApiOf(document);
        List<SchedulerPlugin> plugins =
        [
            .. SchedulerPlugins
                .Read(document, scheduler.Minor, catalog)
                .Where(p => query.Profile is null || p.SchedulerName == query.Profile),
        ];
        int minor = scheduler.Minor ?? api.AssumedMinor;
        List<string> points = [.. ExtensionPoints.Of(api, minor)];
        return Results.Json(
            new ApiPlugins(
                "success",
                plugins.ToApi(
                    document,
                    $"{scheduler.Namespace}/{scheduler.Deployment}",
                    configuration.Revision,
                    ConfigurationVersion.Of(configuration.Text),
                    query.Profile
                ),
                [.. catalog.All.Select(p => p.Name).Order(StringComparer.Ordinal)],
                points,
                points.ToDictionary(
                    static point => point,
                    point =>
                        (IReadOnlyList<string>)
                            [
                                .. catalog
                                    .All.Where(plugin => plugin.Exists(minor) && !plugin.IsInvalidIn(api, minor))
                                    .Where(plugin => point == ExtensionPoints.MultiPoint || plugin.Implements(point, minor))
                                    .Select(static plugin => plugin.Name)
                                    .Order(StringComparer.Ordinal),
                            ]
                ),
                [.. points.Where(ExtensionPoints.HasWeight)]
            )
        );
    }

    private async Task<IResult> ConfigureAsync(string plugin, JsonObject body, [AsParameters] SchedulerQuery query, CancellationToken stop)
    {
        if (body.Count == 0)
            throw new NodeManagerException(
                "InvalidBody",
                ErrorKind.InvalidArgument,
                "The body names no argument.",
                plugin,
                "Send the arguments to set; null removes one."
            );
        var change = new PluginChange
        {
            Name = plugin,
            SchedulerNames = query.Profile is { } profile ? [profile] : [],
            Arguments = ArgumentValues.Of(body),
        };
        return await ChangeAsync(query, "Set", change, PluginEditor.Set, null, stop);
    }

    private async Task<IResult> ChangeAsync(
        SchedulerQuery query,
        string verb,
        PluginChange change,
        PluginEdit edit,
        ApiPluginChange? body,
        CancellationToken stop
    )
    {
        ClusterScheduler scheduler = await schedulers.FindAsync(query.Target, stop);
        PluginCatalog catalog = await schedulers.CatalogAsync(stop);
        (Func<string, string> apply, ISet<string> warnings) = SchedulerService.EditOf(scheduler, change, edit, catalog);
        return Answer(
            await schedulers.ChangeAsync(
                new(
                    scheduler,
                    catalog,
                    $"{verb} {change.Name}",
                    apply,
                    body?.Reason ?? "",
                    (body?.Restart ?? true) && query.Restarts,
                    query.IsDryRun,
                    query.Seen
                ),
                stop
            ),
            $"{verb} {change.Name}",
            warnings,
            query.IsDryRun
        );
    }

    private async Task<IResult> RestoreAsync(long revision, [AsParameters] SchedulerQuery query, CancellationToken stop)
    {
        ClusterScheduler scheduler = await schedulers.FindAsync(query.Target, stop);
        SchedulerConfigurationBackup backup = await SchedulerBackups.FindAsync(schedulers.Session, scheduler, revision, stop);
        string action = $"Restore revision {revision}";
        PluginCatalog catalog = await schedulers.CatalogAsync(stop);
        return Answer(
            await schedulers.ChangeAsync(
                new(scheduler, catalog, action, _ => backup.Text, "", query.Restarts, query.IsDryRun, query.Seen),
                stop
            ),
            action,
            new HashSet<string>(),
            query.IsDryRun
        );
    }

    private async Task<IResult> RestartAsync(HttpContext context, [AsParameters] SchedulerQuery query, CancellationToken stop)
    {
        ClusterScheduler scheduler = await schedulers.FindAsync(query.Target, stop);
        await SchedulerRestarter.CheckAsync(schedulers.Session, scheduler, stop);
        if (OperationRoutes.IsAsyncPreferred(context.Request))
            return OperationRoutes.Accepted(
                context,
                operations.Start(
                    context.User.Identity!.Name!,
                    static result => ((SchedulerRestartResult)result).ToApi(),
                    () => schedulers.StartRestart(scheduler, "REST API"),
                    OperationEnding.Finished
                )
            );
        SchedulerRestartResult result = await schedulers.RestartAsync(scheduler, "REST API", NullObserver.Instance, stop);
        return Results.Json(result.ToApi(), statusCode: StatusOf(result));
    }

    private async Task<IResult> BackupAsync([AsParameters] SchedulerQuery query, CancellationToken stop)
    {
        ClusterScheduler scheduler = await schedulers.FindAsync(query.Target, stop);
        SchedulerConfigurationBackup backup = await SchedulerBackups.KeepAsync(schedulers.Session, scheduler, NullObserver.Instance, stop);
        return Results.Json(new ApiBackup("success", $"Revision {backup.Revision} holds the configuration.", backup.ToApi(text: true)));
    }

    private async Task<IResult> RevisionsAsync([AsParameters] SchedulerQuery query, CancellationToken stop)
    {
        ClusterScheduler scheduler = await schedulers.FindAsync(query.Target, stop);
        return TypedResults.Ok(
            (await SchedulerBackups.ListAsync(schedulers.Session, scheduler, stop)).Select(b => b.ToApi(text: false)).ToList()
        );
    }

    private async Task<IResult> RevisionAsync(long revision, [AsParameters] SchedulerQuery query, CancellationToken stop)
    {
        ClusterScheduler scheduler = await schedulers.FindAsync(query.Target, stop);
        return Results.Json((await SchedulerBackups.FindAsync(schedulers.Session, scheduler, revision, stop)).ToApi(text: true));
    }

    private async Task<IResult> HealthAsync([AsParameters] SchedulerQuery query, CancellationToken stop)
    {
        ClusterScheduler? scheduler;
        try
        {
            scheduler = await schedulers.FindAsync(query.Target, stop);
        }
        catch (NodeManagerException absent) when (absent.ErrorId == ErrorIds.SchedulerNotFound && query.Target == default)
        {
            // Many clusters hide their scheduler, which is not a fault.
            return TypedResults.Ok(
                new ApiHealth("healthy", schedulers.Session.Time().GetUtcNow(), Service, Components("unknown"), null, [])
            );
        }

        IReadOnlyList<SchedulerHealthFinding> findings = await SchedulerHealth.CheckAsync(schedulers.Session, scheduler, stop);
        bool isHealthy = findings.All(f => f.Status != SchedulerHealthStatus.Error);
        string status = isHealthy ? "healthy" : "unhealthy";
        return Results.Json(
            new ApiHealth(
                status,
                schedulers.Session.Time().GetUtcNow(),
                Service,
                Components(status),
                $"{scheduler.Namespace}/{scheduler.Deployment}",
                [.. findings.Select(f => f.ToApi())]
            ),
            statusCode: isHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable
        );
    }

    // The search for the scheduler has reached the API server.
    private static Dictionary<string, string> Components(string scheduler) =>
        new() { ["api_server"] = "healthy", ["scheduler"] = scheduler };

    private static IResult Answer(SchedulerUpdate update, string action, ISet<string> warnings, bool isDryRun)
    {
        bool isFine = update.Restart is null or { Status: SchedulerRestartStatus.Restarted };
        string message = update switch
        {
            { Restart: { } restart } => restart.Message,
            { Change.IsWritten: true } =>
                $"{action}: revision {update.Change.Revision} is written. The scheduler reads it when it restarts.",
            { Change.Differences.Count: > 0 } => $"{action} would change {update.Change.Differences.Count} values.",
            _ => $"{action} changes nothing: the configuration already is as requested.",
        };
        return Results.Json(
            new ApiSchedulerChange(
                isFine ? "success" : "error",
                message,
                update.Change.Revision,
                [.. update.Change.Differences.Select(d => d.ToString()!)],
                AnswerAdvice.In(warnings),
                update.Restart?.ToApi(),
                isDryRun,
                update.Change.Version
            ),
            statusCode: update.Restart is { } ended ? StatusOf(ended) : StatusCodes.Status200OK
        );
    }

    // A scheduler that did not start and was rolled back: the change conflicts with what the scheduler accepts.
    private static int StatusOf(SchedulerRestartResult result) =>
        result.Status == SchedulerRestartStatus.Restarted ? StatusCodes.Status200OK : StatusCodes.Status409Conflict;
}

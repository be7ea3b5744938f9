using Microsoft.AspNetCore.Mvc;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Installation;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.NodePools.Updates;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Operations;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Scaling;

/// <summary>Installs the autoscaler, and runs it in this server until it is stopped.</summary>
internal sealed class AutoscalerRoutes(ClusterSession cluster, OperationRegistry operations)
{
    private static readonly TimeSpan InstallationLimit = TimeSpan.FromMinutes(2);

    private static readonly AccessNeed[] Scale = [Pool("patch"), Claim("create"), Claim("delete"), PatchNodes, EvictPods];

    public void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder routes = endpoints.MapGroup("/api/v1/autoscaler").WithTags("Autoscaler");
        routes
            .MapPost("/install", InstallAsync)
            .ForAdmins(
                new("create", "customresourcedefinitions", "apiextensions.k8s.io"),
                new("create", "clusterroles", "rbac.authorization.k8s.io"),
                new("create", "namespaces")
            )
            .WithMetadata(new TakesDryRun())
            .Produces<List<ApiAutoscalerObject>>();
        routes
            .MapPost("/start", StartAsync)
            .ForAdmins(Scale)
            .Produces<ApiOperation>(StatusCodes.Status202Accepted)
            .Produces<ApiError>(StatusCodes.Status409Conflict)
            .Produces<ApiError>(StatusCodes.Status503ServiceUnavailable);
        routes.MapPost("/stop", StopAsync).ForAdmins(Scale).Produces(StatusCodes.Status204NoContent);
    }

    private async Task<IResult> InstallAsync(
        [FromQuery(Name = "namespace")] string? ns,
        [FromQuery(Name = "dry_run")] string? dryRun,
        CancellationToken stop
    )
    {
        bool isDryRun = ApiQuery.ParseFlag(dryRun, "dry_run", usual: false);
        List<ApiAutoscalerObject> objects = [];
        IAsyncEnumerable<AutoscalerObject> found = AutoscalerInstaller.InstallAsync(
            cluster.Session,
            Namespace(ns),
            InstallationLimit,
            one =>
            {
                // Refused objects are not in the result.
                if (isDryRun)
                    objects.Add(ApiAutoscalerObject.Of(one));
                return Task.FromResult(!isDryRun);
            },
            NullObserver.Instance,
            stop
        );
        await foreach (AutoscalerObject one in found)
        {
            if (!isDryRun || one.Status is AutoscalerObjectStatus.Unchanged or AutoscalerObjectStatus.Foreign)
                objects.Add(ApiAutoscalerObject.Of(one));
        }

        return Results.Json(objects, ScalingJson.Default.ListApiAutoscalerObject);
    }

    private async Task<IResult> StartAsync([FromQuery(Name = "namespace")] string? ns, HttpContext context, CancellationToken stop)
    {
        string place = Namespace(ns);
        NodeManagerSession session = cluster.Session;
        await AutoscalerHost.CheckAsync(session, place, stop);
        if (AutoscalerReader.IsRunning(session, place))
            throw new NodeManagerException(
                ErrorIds.AutoscalerRunning,
                ErrorKind.ResourceBusy,
                $"This server runs an autoscaler for namespace {place} already.",
                place,
                "Stop it first, or see its decisions."
            );
        return OperationRoutes.Accepted(context, Start(context.User.Identity!.Name!, place));
    }

    /// <param name="by">The caller, as in the audit log.</param>
    /// <param name="ns">The namespace of the autoscaler's resources.</param>
    public TrackedOperation Start(string by, string ns)
    {
        NodeManagerSession session = cluster.Session;
        AutoscalerOptions options = new()
        {
            Namespace = ns,
            Providers = session.Connection().MachineProviders(),
            Planner = new RulePlanner(),
            LeaderWork = (leader, observer, end) => AbandonedPoolUpdates.RunAsync(leader, ns, observer, end),
        };
        return operations.Start(by, static _ => null!, () => AutoscalerHost.Start(session, options));
    }

    private async Task<IResult> StopAsync([FromQuery(Name = "namespace")] string? ns, CancellationToken stop)
    {
        await AutoscalerReader.StopAsync(cluster.Session, Namespace(ns), stop);
        return Results.NoContent();
    }

    private static string Namespace(string? given) => given is { Length: > 0 } ? given : NodeSmithNames.DefaultNamespace;
}

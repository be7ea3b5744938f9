using NodeManager.Core.Nodes;
using NodeManager.Drains.Options;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Maintenances;

/// <summary>Maintenance of fleets: the plan, the run as an operation, and stored runs of any process.</summary>
internal sealed class MaintenanceRoutes(ClusterSession cluster, OperationRegistry operations, CallerAccounts accounts)
{
    public const string Path = "/api/v1/maintenances";

    private const int MaximumRuns = 50;

    private static readonly AccessNeed[] Maintain = [PatchNodes, EvictPods, new("create", "configmaps", Scope: RunNamespace)];

    public void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder routes = endpoints.MapGroup(Path).WithTags("Maintenances").TakesNodes();
        routes.MapGet("", ListAsync).ForViewers(ListNodes, ListRuns).Produces<List<ApiMaintenanceRun>>();
        One(routes.MapGet("/{id}", GetAsync).ForViewers(ListNodes, ListRuns)).Produces<ApiMaintenanceRun>();
        Changed(routes.MapPost("/plan", PlanAsync), ListNodes, ListPods).Produces<ApiMaintenancePlans>().WithMetadata(new ChangesNothing());
        Started(
            routes.MapPost(
                "",
                (ApiMaintenanceRequest body, HttpContext context, CancellationToken stop) => RunAsync(RequestOf(body), context, stop)
            )
        );
        Started(
            routes.MapPost(
                "/{id}/resume",
                async (string id, HttpContext context, CallerRights rights, CancellationToken stop) =>
                {
                    // The stored options may be those of another caller.
                    DrainOptions options = await MaintenanceReader.ReadDrainAsync(
                        cluster.Session,
                        Exact(id),
                        MaintenanceRequest.DefaultNamespace,
                        stop
                    );
                    await rights(context, OfDrain(options, isOfOne: false));
                    return await RunAsync(new() { ResumeId = id }, context, stop);
                }
            )
        );
        Changed(routes.MapPost("/{id}/stop", StopAsync), Maintain).Produces<ApiMaintenanceStopped>();
    }

    private static void Started(RouteHandlerBuilder route) =>
        Changed(route, Maintain).Produces<ApiMaintenanceRun>().Produces<ApiOperation>(StatusCodes.Status202Accepted);

    private static RouteHandlerBuilder Changed(RouteHandlerBuilder route, params AccessNeed[] needs) =>
        One(route.ForAdmins(needs)).Produces<ApiError>(StatusCodes.Status400BadRequest).Produces<ApiError>(StatusCodes.Status409Conflict);

    private static RouteHandlerBuilder One(RouteHandlerBuilder route) => route.Produces<ApiError>(StatusCodes.Status404NotFound);

    private async Task<IResult> ListAsync(CancellationToken stop) =>
        Results.Json(
            [
                .. (await MaintenanceReader.ReadAsync(cluster.Session, [], MaintenanceRequest.DefaultNamespace, MaximumRuns, stop)).Select(
                    ToApi
                ),
            ],
            MaintenanceRouteJson.Default.ListApiMaintenanceRun
        );

    private async Task<IResult> GetAsync(string id, CancellationToken stop) =>
        Results.Json(
            ToApi((await MaintenanceReader.ReadAsync(cluster.Session, [Exact(id)], MaintenanceRequest.DefaultNamespace, 1, stop))[0]),
            MaintenanceRouteJson.Default.ApiMaintenanceRun
        );

    private async Task<IResult> PlanAsync(ApiMaintenanceRequest body, CancellationToken stop)
    {
        var warnings = new WarningList();
        IReadOnlyList<NodeMaintenancePlan> plans = await MaintenancePlanner.PlanAsync(cluster.Session, RequestOf(body), warnings, stop);
        return Results.Json(
            new(
                [
                    .. plans.Select(static one => new ApiMaintenancePlan(
                        one.Batch,
                        one.Node,
                        one.Group,
                        one.Drain?.Pods.Count(static pod => pod.Decision == DrainDecision.Evict) ?? 0,
                        AnswerAdvice.In(one.Obstacles),
                        one.Stranded,
                        one.NotBefore,
                        one.Note
                    )),
                ],
                warnings.All
            ),
            MaintenanceRouteJson.Default.ApiMaintenancePlans
        );
    }

    /// <param name="by">The caller, which the run's record names.</param>
    public TrackedOperation Start(string by, MaintenanceRequest request) =>
        operations.Start(
            by,
            static result => result is NodeMaintenanceRun ended ? ToApi(ended) : ToApi((NodeMaintenanceResult)result),
            () => NodeOperations.StartMaintenance(new ClusterMaintenance(cluster.Session, request))
        );

    private Task<IResult> RunAsync(MaintenanceRequest request, HttpContext context, CancellationToken stop)
    {
        TrackedOperation run = Start(context.User.Identity!.Name!, request);
        return OperationRoutes.AnswerAsync(
            context,
            run,
            static ended =>
                ended.Results.OfType<NodeMaintenanceRun>().LastOrDefault() is { } result
                    ? Results.Json(ToApi(result), MaintenanceRouteJson.Default.ApiMaintenanceRun)
                    : null,
            stop
        );
    }

    private async Task<IResult> StopAsync(string id, CancellationToken stop) =>
        Results.Json(
            new(id, await MaintenanceStopper.StopAsync(cluster.Session, Exact(id), MaintenanceRequest.DefaultNamespace, stop)),
            MaintenanceRouteJson.Default.ApiMaintenanceStopped
        );

    private MaintenanceRequest RequestOf(ApiMaintenanceRequest body)
    {
        if (accounts.AreOfCluster && (body.NodeCommand is not null || body.Reboot == true))
            throw new NodeManagerException(
                ErrorIds.Forbidden,
                ErrorKind.PermissionDenied,
                "This server runs no commands as root on nodes: it would run them with its own account, not with that of the caller.",
                null,
                "Use Invoke-NodeMaintenance -NodeCommand with your own credentials, or a server that you start with your kubeconfig."
            );
        var usual = new MaintenanceOptions();
        string onError = ApiQuery.OneOf(body.OnError, "on_error", Enum.GetNames<MaintenanceErrorAction>());
        return new()
        {
            Nodes = [.. ApiBody.Required(body.Nodes, "nodes").Select(static name => new NodeTarget(name))],
            Options = usual with
            {
                MaxUnavailable = body.MaxUnavailable ?? usual.MaxUnavailable,
                TopologyKey = body.TopologyKey ?? "",
                WaitForReboot = body.WaitForReboot == true,
                NodeCommand = MaintenanceCommand.Check(body.NodeCommand, hasScript: false),
                NodeCommandTimeout = ApiBody.Seconds(body.NodeCommandSeconds, "node_command_seconds"),
                Reboot = body.Reboot == true,
                IncludeControlPlane = body.IncludeControlPlane == true,
                WaitReadyTimeout = ApiBody.Seconds(body.WaitReadySeconds, "wait_ready_seconds") ?? usual.WaitReadyTimeout,
                Soak = ApiBody.Seconds(body.SoakSeconds, "soak_seconds") ?? usual.Soak,
                Windows = body.Windows ?? [],
                OnError = onError.Length > 0 ? Enum.Parse<MaintenanceErrorAction>(onError) : usual.OnError,
                Drain = body.Drain with { Reason = "REST API" },
            },
        };
    }

    // A wildcard would match other runs.
    private static string Exact(string id) =>
        id.AsSpan().ContainsAny("*?[]")
            ? throw new NodeManagerException(
                ErrorIds.MaintenanceNotFound,
                ErrorKind.ObjectNotFound,
                $"There is no maintenance run '{id}'.",
                id,
                $"GET {Path} lists the runs."
            )
            : id;

    private static ApiMaintenanceRun ToApi(NodeMaintenanceRun run) =>
        new(
            run.Id,
            run.Type,
            run.Status,
            run.Reason,
            run.StartedBy,
            run.Holder,
            run.StartedAt,
            run.EndedAt,
            run.MaxUnavailable,
            run.TopologyKey,
            run.Window,
            run.OnError,
            run.Completed,
            run.Failed,
            run.Deleted,
            run.Skipped,
            run.Remaining,
            AnswerAdvice.In(run.Message),
            [.. run.Nodes.Select(ToApi)]
        );

    private static ApiMaintenanceNode ToApi(NodeMaintenanceResult node) =>
        new(
            node.Node,
            node.Status,
            node.Batch,
            node.Group,
            node.Step,
            AnswerAdvice.In(node.Message),
            AnswerAdvice.In(node.Error),
            node.StartedAt,
            [.. node.Steps.Select(static step => new ApiMaintenanceStep(step.Name, step.StartedAt, step.EndedAt))]
        );
}

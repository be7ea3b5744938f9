using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Nodes;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.NodeDetails;

/// <summary>Details of a node: conditions, pods, events, and a drain plan. Read only.</summary>
internal static class NodeDetailRoutes
{
    private const int MaximumEvents = 200;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder routes = endpoints.MapGroup(NodeRoutes.Prefix + "/nodes/{name}").WithTags("Nodes");
        Answers<ApiNodeDetails>(routes.MapGet("/details", DetailsAsync).ForViewers(GetNode));
        Answers<List<ApiNodePod>>(routes.MapGet("/pods", PodsAsync).ForViewers(GetNode, ListPods));
        Answers<List<ApiKubernetesEvent>>(routes.MapGet("/events", EventsAsync).ForViewers(GetNode, ListEvents));
        Answers<List<ApiUsageSample>>(routes.MapGet("/usage", UsageAsync).ForViewers(GetNode));
        Answers<ApiDrainPlan>(routes.MapGet("/drain-plan", PlanAsync).ForViewers(GetNode, ListPods))
            .Produces<ApiError>(StatusCodes.Status400BadRequest);
        Answers<List<ApiDrainPlan>>(
                endpoints
                    .MapGroup(NodeRoutes.Prefix + "/nodes")
                    .WithTags("Nodes")
                    .MapPost("/drain/plan", PlanTogetherAsync)
                    .ForAdmins(ListNodes, ListPods)
                    .WithMetadata(new ChangesNothing())
                    .TakesNodes()
            )
            .Produces<ApiError>(StatusCodes.Status400BadRequest);
    }

    private static RouteHandlerBuilder Answers<T>(RouteHandlerBuilder route) =>
        route.Produces<T>().Produces<ApiError>(StatusCodes.Status404NotFound);

    private static async Task<IResult> DetailsAsync(string name, ClusterSession cluster, CancellationToken stop) =>
        Results.Json((await FindAsync(cluster.Session, name, stop)).ToDetails(), DetailJson.Default.ApiNodeDetails);

    private static async Task<IResult> PodsAsync(string name, ClusterSession cluster, CancellationToken stop)
    {
        await FindAsync(cluster.Session, name, stop);
        var pods = new List<ApiNodePod>();
        await foreach (NodePod pod in NodePodReader.ReadAsync(cluster.Session, name, null, null, stop))
            pods.Add(pod.ToApi());
        return Results.Json(pods, DetailJson.Default.ListApiNodePod);
    }

    private static async Task<IResult> EventsAsync(string name, ClusterSession cluster, CancellationToken stop)
    {
        await FindAsync(cluster.Session, name, stop);
        IReadOnlyList<NodeEvent> events = await NodeEventReader.ReadAsync(
            cluster.Session,
            new() { Names = [name] },
            null,
            missing => throw missing,
            NullObserver.Instance,
            stop
        );
        return Results.Json(
            [
                .. events
                    .Reverse()
                    .Take(MaximumEvents)
                    .Select(static e => new ApiKubernetesEvent(e.LastSeen, e.Type, e.Reason, e.Message, e.Source, e.Count)),
            ],
            DetailJson.Default.ListApiKubernetesEvent
        );
    }

    private static async Task<IResult> UsageAsync(string name, LiveNodeService live, UsageHistory history, CancellationToken stop)
    {
        LiveNodes nodes = await live.ReadyAsync(stop);
        return nodes.Find(name) is null
            ? throw nodes.Missing(name)
            : Results.Json([.. history.Of(name)], DetailJson.Default.ListApiUsageSample);
    }

    private static async Task<IResult> PlanAsync(
        string name,
        ClusterSession cluster,
        [AsParameters] DrainPlanQuery query,
        CancellationToken stop
    )
    {
        var options = new DrainOptions
        {
            GracePeriod = ApiBody.Seconds(query.GracePeriodSeconds, "grace_period_seconds"),
            DeleteEmptyDirData = query.DeleteEmptydirData == true,
            DeleteUnmanagedPods = query.DeleteUnmanagedPods == true,
        };
        IReadOnlyList<NodeDrainPlan> plans = await DrainPlanner.PlanAsync(cluster.Session, [name], options, stop);
        return Results.Json(plans[0].ToApi(), DetailJson.Default.ApiDrainPlan);
    }

    private static async Task<IResult> PlanTogetherAsync(ApiBatchDrain body, ClusterSession cluster, CancellationToken stop)
    {
        NodeTarget[] nodes = [.. body.Names().Select(static name => new NodeTarget(name))];
        IReadOnlyList<NodeDrainPlan> plans = await DrainPlanner.PlanAsync(
            cluster.Session,
            nodes,
            DrainOperations.WithDefaults(body.Drain),
            stop
        );
        return Results.Json([.. plans.Select(NodeDetailMapping.ToApi)], DetailJson.Default.ListApiDrainPlan);
    }

    // The API server answers the same for a missing node and a node without pods or events.
    private static async Task<ClusterNode> FindAsync(NodeManagerSession session, string name, CancellationToken stop)
    {
        if (!name.AsSpan().ContainsAny("*?[]"))
        {
            await foreach (
                ClusterNode node in NodeReader.ReadAsync(
                    session,
                    new() { Names = [name], Usage = true },
                    missing => throw missing,
                    NullObserver.Instance,
                    stop
                )
            )
                return node;
        }

        throw new NodeManagerException(ErrorIds.NodeNotFound, ErrorKind.ObjectNotFound, $"Node '{name}' does not exist.", name);
    }
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using NodeManager.Autoscaling.Forecasts.Assumptions;
using NodeManager.Autoscaling.Forecasts.Explanations;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Resources;
using NodeManager.NodePools;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Scaling;

/// <summary>The state and decisions of the cluster's autoscaler in any process. Changes nothing.</summary>
internal static class ScalingRoutes
{
    private const int UsualDecisions = 100,
        MostDecisions = 1000;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder routes = endpoints.MapGroup("/api/v1/autoscaler").WithTags("Autoscaler");
        // Decisions name the pods that they were made for.
        Answers<ApiAutoscaler>(routes.MapGet("", GetAsync).ForViewers(Pool("list"), ListPods))
            .Produces<ApiError>(StatusCodes.Status400BadRequest);
        Answers<List<ApiNodeClaim>>(routes.MapGet("/claims", ClaimsAsync).ForViewers(Claim("list")));
        Answers<ApiScalePlan>(routes.MapGet("/plan", PlanAsync).ForViewers(Pool("list"), ListNodes, ListPods));
        Answers<ApiScaleComparison>(routes.MapPost("/plan", CompareAsync).ForViewers(Pool("list"), ListNodes, ListPods))
            .Produces<ApiError>(StatusCodes.Status400BadRequest)
            .Produces<ApiError>(StatusCodes.Status404NotFound)
            .WithMetadata(new ChangesNothing());
    }

    // Without the autoscaler's custom resources.
    private static RouteHandlerBuilder Answers<T>(RouteHandlerBuilder route) =>
        route.Produces<T>().Produces<ApiError>(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> GetAsync(
        ClusterSession cluster,
        [FromQuery(Name = "namespace")] string? ns,
        [FromQuery(Name = "decisions")] string? decisions,
        CancellationToken stop
    )
    {
        NodeAutoscaler found = await AutoscalerReader.ReadAsync(
            cluster.Session,
            Namespace(ns),
            ApiQuery.ParseNumber(decisions, "decisions", UsualDecisions, 0, MostDecisions),
            stop
        );
        return Results.Json(
            new(
                found.Namespace,
                found.Status,
                found.Leader,
                found.LeaderSince,
                found.RenewedAt,
                found.IsLocal,
                [
                    .. found.Pools.Select(static one => new ApiScaledPool(
                        one.Name,
                        one.Provider,
                        one.Nodes,
                        one.ReadyNodes,
                        one.Claims,
                        one.MinNodes,
                        one.MaxNodes,
                        one.NodeCount,
                        one.Available,
                        one.Message,
                        one.LastScaleActivity
                    )),
                ],
                [.. found.Decisions.Select(ScalingMapper.Map)]
            ),
            ScalingJson.Default.ApiAutoscaler
        );
    }

    private static async Task<IResult> ClaimsAsync(
        ClusterSession cluster,
        [FromQuery(Name = "namespace")] string? ns,
        CancellationToken stop
    ) =>
        Results.Json(
            [
                .. (await NodeClaims.ReadAsync(cluster.Session, Namespace(ns), [], [], stop)).Select(static one => new ApiNodeClaim(
                    one.Name,
                    one.Uid,
                    one.Pool,
                    one.Status,
                    one.Reason,
                    one.Message,
                    one.Node,
                    one.Machine,
                    one.Provider,
                    one.Zone,
                    one.Shape,
                    one.CpuCores,
                    one.Memory,
                    one.Attempts,
                    [
                        .. one.Conditions.Select(static c => new ApiClaimCondition(
                            c.Type,
                            c.Status,
                            c.Reason,
                            c.Message,
                            c.LastTransitionTime
                        )),
                    ],
                    one.CreatedAt,
                    one.DeletedAt
                )),
            ],
            ScalingJson.Default.ListApiNodeClaim
        );

    private static async Task<IResult> PlanAsync(ClusterSession cluster, [FromQuery(Name = "namespace")] string? ns, CancellationToken stop)
    {
        var warnings = new WarningList();
        NodeScalePlan plan = await ScalePlanReader.PlanAsync(cluster.Session, Namespace(ns), warnings, stop);
        return Results.Json(Map(plan, warnings.All), ScalingJson.Default.ApiScalePlan);
    }

    private static async Task<IResult> CompareAsync(
        ClusterSession cluster,
        [FromQuery(Name = "namespace")] string? ns,
        ApiScaleAssumptions body,
        CancellationToken stop
    )
    {
        var warnings = new WarningList();
        List<ApiScaleExplanation> explanations = [];
        if (body.Pods is { Count: > 0 } pods)
            explanations.AddRange(
                (await ScaleExplainer.ExplainAsync(cluster.Session, Namespace(ns), pods, warnings, stop)).Select(ScalingMapper.Map)
            );
        if (body.Nodes is { Count: > 0 } nodes)
            explanations.AddRange(
                (await ScaleExplainer.ExplainNodesAsync(cluster.Session, Namespace(ns), nodes, warnings, stop)).Select(ScalingMapper.Map)
            );
        // Pods and nodes are explained without assumed pools.
        Dictionary<string, JsonObject?> pools = explanations.Count > 0 ? body.Pools ?? [] : ApiBody.Required(body.Pools, "pools");
        NodeScaleComparison found = await ScaleWhatIf.CompareAsync(
            cluster.Session,
            Namespace(ns),
            pools.ToDictionary(static one => one.Key, static one => new PoolChange { Patch = ApiBody.Required(one.Value, one.Key) }),
            warnings,
            stop
        );
        return Results.Json(
            new(
                Map(found.Before, []),
                Map(found.After, []),
                [.. found.Differences.Select(static one => new ApiScaleDifference(one.Kind, one.Name, one.Before, one.After, one.Message))],
                found.PriceChange,
                warnings.All,
                explanations
            ),
            ScalingJson.Default.ApiScaleComparison
        );
    }

    private static ApiScalePlan Map(NodeScalePlan plan, IReadOnlyList<string> warnings) =>
        new(
            plan.ObservedAt,
            [
                .. plan.Machines.Select(static one => new ApiScaleMachine(
                    one.Pool,
                    one.Shape,
                    one.Zone,
                    one.CpuCores,
                    one.Memory,
                    one.Reason,
                    one.Message,
                    one.Price,
                    one.Pods
                )),
            ],
            [
                .. plan.Pods.Select(static one => new ApiScalePod(
                    one.Namespace,
                    one.Name,
                    one.Decision,
                    one.Target,
                    one.Pool,
                    one.Reason,
                    one.Message,
                    one.UnschedulableSince
                )),
            ],
            [
                .. plan.Nodes.Select(static one => new ApiScaleNode(
                    one.Node,
                    one.Pool,
                    one.Decision,
                    one.Reason,
                    one.Message,
                    one.UnneededSince,
                    one.RemovableAt
                )),
            ],
            plan.Price,
            plan.Price is null ? null : plan.Currency,
            warnings
        );

    private static string Namespace(string? given) => given is { Length: > 0 } ? given : NodeSmithNames.DefaultNamespace;
}

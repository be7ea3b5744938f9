using Microsoft.AspNetCore.Http.HttpResults;
using NodeManager.Server.Access;
using NodeManager.Server.Agents.Plans;
using NodeManager.Server.Clusters;
using NodeManager.Server.Nodes;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Agents;

/// <summary>Routes for people to read, approve and deny plans of agents.</summary>
internal sealed class AgentPlanRoutes(AgentPlanStore plans, ClusterSession cluster, AgentAudit audit)
{
    public const string Path = "/api/v1/agents/plans";

    // The plan of a drain names its pods.
    private static readonly AccessNeed[] Read = [ListNodes, ListPods];

    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup(Path).WithTags("Agents");
        group
            .MapGet(
                "",
                (string? status) => TypedResults.Ok(plans.All.Where(plan => status is null || plan.Status == status).Select(ToApi).ToList())
            )
            .ForViewers(Read)
            .Produces<List<ApiAgentPlan>>();
        group
            .MapGet("/{id}", (string id) => TypedResults.Ok(ToApi(plans.Find(id))))
            .ForViewers(Read)
            .Produces<ApiAgentPlan>()
            .Produces<ApiError>(StatusCodes.Status404NotFound);
        // An approval has the effect of the change, and a drain is the change with the greatest effect.
        Decided(
            group.MapPost("/{id}/approve", (HttpContext context, string id) => Decide(context, id, approve: true)),
            PatchNodes,
            EvictPods,
            ListPods
        );
        Decided(group.MapPost("/{id}/deny", (HttpContext context, string id) => Decide(context, id, approve: false)), PatchNodes, ListPods)
            .WithMetadata(new ChangesNothing());
    }

    private static RouteHandlerBuilder Decided(RouteHandlerBuilder route, params AccessNeed[] needs) =>
        route
            .ForAdmins(needs)
            .Produces<ApiAgentPlan>()
            .Produces<ApiError>(StatusCodes.Status403Forbidden)
            .Produces<ApiError>(StatusCodes.Status404NotFound)
            .Produces<ApiError>(StatusCodes.Status409Conflict);

    private Ok<ApiAgentPlan> Decide(HttpContext context, string id, bool approve)
    {
        AgentCaller person = Callers.Of(context);
        string what = approve ? "approve_plan" : "deny_plan";
        try
        {
            AgentPlan plan = plans.Decide(id, person, approve);
            audit.Changed(person.Name, what, $"{id} {plan.Change.Action} {string.Join(",", plan.Nodes)}", plan.Status);
            return TypedResults.Ok(ToApi(plan));
        }
        catch (NodeManagerException refused)
        {
            audit.Changed(person.Name, what, id, refused.ErrorId);
            throw;
        }
    }

    private ApiAgentPlan ToApi(AgentPlan plan) =>
        new(
            plan.Id,
            plan.Change.Action,
            cluster.Session.Cluster,
            [.. plan.Nodes.Select(static node => node.Name)],
            [.. plan.Steps.Select(DisplayText.Escape)],
            [.. plan.Warnings.Select(DisplayText.Escape)],
            DisplayText.Escape(plan.Change.Reason),
            plan.By.Name,
            plan.RequestedAt,
            plan.Status,
            plan.ExpiresAt,
            AnswerText.NullIfEmpty(plan.DecidedBy),
            plan.DecidedAt,
            AnswerText.NullIfEmpty(DisplayText.Escape(plan.Result)),
            AnswerText.NullIfEmpty(plan.Operation),
            DataOf(plan)
        );

    private static ApiAgentPlanData DataOf(AgentPlan plan)
    {
        AgentChange change = plan.Change;
        bool isDrain = change.Action == AgentAction.Drain;
        return new(
            change.Labels.Count > 0 ? change.Labels : null,
            change.Keys.Count > 0 ? change.Keys : null,
            change.Taints.Count > 0 ? [.. change.Taints.Select(static one => new ApiTaint(one.Key, one.Value, one.Effect))] : null,
            isDrain ? change.DeleteEmptyDirData : null,
            isDrain ? change.DeleteUnmanagedPods : null,
            isDrain ? (long)change.Timeout.TotalSeconds : null,
            isDrain
                ?
                [
                    .. plan
                        .Drains.SelectMany(static drain => drain.Pods)
                        .Where(static pod => pod.Decision == DrainDecision.Evict)
                        .Select(static pod => $"{pod.Namespace}/{pod.Name}"),
                ]
                : null,
            isDrain
                ? null
                :
                [
                    .. plan.Fields.Select(static one => new ApiAgentPlanField(
                        one.Node,
                        one.Change.Field,
                        Shown(one.Change.Before),
                        Shown(one.Change.After)
                    )),
                ]
        );

        static string? Shown(string? value) => value is null ? null : DisplayText.Escape(value);
    }
}

/// <summary>A plan of an agent.</summary>
/// <param name="Action">See <see cref="AgentAction"/>.</param>
/// <param name="Steps">What would happen, in the server's words.</param>
/// <param name="Warnings">Facts to know before approving.</param>
/// <param name="Reason">The agent's reason.</param>
/// <param name="Status">See <see cref="AgentPlanStatus"/>.</param>
/// <param name="ExpiresAt">The end of the time to approve, and then to apply the plan.</param>
/// <param name="Operation">The operation of a drain in <c>/api/v1/operations</c>.</param>
/// <param name="Data">The exact change as data.</param>
internal sealed record ApiAgentPlan(
    string Id,
    string Action,
    string Cluster,
    IReadOnlyList<string> Nodes,
    IReadOnlyList<string> Steps,
    IReadOnlyList<string> Warnings,
    string Reason,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    [property: ValuesOf(typeof(AgentPlanStatus))] string Status,
    DateTimeOffset ExpiresAt,
    string? DecidedBy,
    DateTimeOffset? DecidedAt,
    string? Result,
    string? Operation,
    ApiAgentPlanData Data
);

/// <summary>The data of a change; fields that its action lacks are absent.</summary>
/// <param name="Keys">The labels or taints to remove.</param>
/// <param name="Pods">The pods that a drain evicts.</param>
/// <param name="Fields">The changed fields of each node.</param>
internal sealed record ApiAgentPlanData(
    IReadOnlyDictionary<string, string>? Labels,
    IReadOnlyList<string>? Keys,
    IReadOnlyList<ApiTaint>? Taints,
    bool? DeleteEmptydirData,
    bool? DeleteUnmanagedPods,
    long? TimeoutSeconds,
    IReadOnlyList<string>? Pods,
    IReadOnlyList<ApiAgentPlanField>? Fields
);

/// <summary>A changed field of a node.</summary>
/// <param name="Before">Absent: the node does not have the field.</param>
/// <param name="After">Absent: the field is removed.</param>
internal sealed record ApiAgentPlanField(string Node, string Field, string? Before, string? After);

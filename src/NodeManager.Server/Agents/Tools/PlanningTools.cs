using System.ComponentModel;
using ModelContextProtocol.Protocol;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Placement;
using NodeManager.Core.Progress;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Server.Clusters;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Agents.Tools;

/// <summary>Previews of drains, maintenances and placements. Changes nothing.</summary>
internal sealed class PlanningTools(ClusterSession cluster)
{
    private const int MaximumDrains = 50;
    private const int TopPods = 10;
    private const int TopTexts = 8;

    private NodeManagerSession Session => cluster.Session;

    [AgentTool(
        "drain_plan",
        "What a drain would do",
        Answers = "nodes?:integer byStatus?:object plans?:array node?:string status?:string total?:integer pods?:array nextCursor?:string"
    )]
    [Description(
        "What a drain of these nodes together would do: whether it can finish, what blocks it, the PDBs in the way and their remedy. Changes nothing. Plans come in pages; details lists the pods of a single node."
    )]
    public async Task<CallToolResult> DrainAsync(
        [Description("1 to 50 names of nodes.")] [Bounds(1, 50)] string[] nodes,
        [Description("As if pods with emptyDir volumes may be deleted; their data would be lost.")] bool deleteEmptyDirData = false,
        [Description("As if pods without a controller may be deleted; nothing would recreate them.")] bool deleteUnmanagedPods = false,
        [Description("List the pods too, a page at a time; for one node.")] bool details = false,
        [Description("1 to 100 plans, or pods with details.")] [Bounds(1, 100)] int limit = 10,
        [Description("nextCursor of the page before.")] string? cursor = null,
        CancellationToken stop = default
    )
    {
        IReadOnlyList<NodeDrainPlan> plans = await DrainPlanner.PlanAsync(
            Session,
            Targets(nodes),
            new DrainOptions { DeleteEmptyDirData = deleteEmptyDirData, DeleteUnmanagedPods = deleteUnmanagedPods },
            stop
        );
        if (details && plans is [var one])
            return PodsOf(one, limit, cursor);

        int share = plans.Count <= 5 ? TopTexts : 3;
        var part = AgentPage<NodeDrainPlan>.Of(plans, static plan => plan.Node, limit, cursor);
        return AgentAnswer.Of(
            new
            {
                Nodes = plans.Count,
                ByStatus = plans.GroupBy(static plan => plan.Status).ToDictionary(static group => group.Key, static group => group.Count()),
                Plans = part.Items.Select(plan => SummaryOf(plan, share, plans.Count == 1 ? TopPods : 0)),
                part.NextCursor,
            }
        );
    }

    private static CallToolResult PodsOf(NodeDrainPlan plan, int limit, string? cursor)
    {
        var page = AgentPage<NodeDrainPlanPod>.Of(plan.Pods, static pod => $"{pod.Namespace}/{pod.Name}", limit, cursor);
        return AgentAnswer.Of(
            new
            {
                plan.Node,
                plan.Status,
                page.Total,
                Pods = page.Items.Select(static pod => new
                {
                    Pod = $"{pod.Namespace}/{pod.Name}",
                    pod.Decision,
                    Reason = AnswerText.NullIfEmpty(pod.Reason),
                    PermittedBy = pod.PermittedBy.Count > 0 ? pod.PermittedBy : null,
                    Owner = AnswerText.NullIfEmpty(pod.Owner),
                    Budgets = pod.Budgets.Count > 0 ? pod.Budgets.Select(static budget => budget.ToString()) : null,
                    BlockedByBudget = pod.BlockedByBudget ? true : (bool?)null,
                    pod.FitsElsewhere,
                    FitReason = AnswerText.NullIfEmpty(pod.FitReason),
                }),
                page.NextCursor,
            }
        );
    }

    private static object SummaryOf(NodeDrainPlan plan, int share, int pods) =>
        new
        {
            plan.Node,
            plan.Status,
            plan.Evict,
            Leave = plan.Skip,
            plan.Wait,
            plan.Refuse,
            plan.BlockedByBudget,
            ControlPlane = plan.IsControlPlane ? true : (bool?)null,
            NodeCondition = AnswerText.NullIfEmpty(plan.NodeCondition),
            EstimatedDuration = plan.EstimatedDuration is { } duration ? HumanDuration.Format(duration) : null,
            ExpectedDuration = plan.ExpectedDuration is { } expected ? HumanDuration.Format(expected) : null,
            Blockers = Truncated(plan.Blockers, share),
            Budgets = plan.BlockingBudgets.Count == 0
                ? null
                : plan
                    .BlockingBudgets.Take(share)
                    .Select(static budget => new
                    {
                        Name = $"{budget.Namespace}/{budget.Name}",
                        budget.Summary,
                        budget.Outlook,
                        Why = AnswerText.NullIfEmpty(budget.OutlookReason),
                        Remedy = AnswerText.NullIfEmpty(budget.Remedy),
                    }),
            Warnings = Truncated(plan.Warnings, share),
            Evicted = Truncated(
                plan.Pods.Where(static pod => pod.Decision == DrainDecision.Evict).Select(static pod => $"{pod.Namespace}/{pod.Name}"),
                pods
            ),
        };

    [AgentTool(
        "maintenance_plan",
        "What a maintenance would do",
        Answers = "nodes:integer batches:integer leftOut:integer withObstacles:integer obstacles?:array plans:array nextCursor?:string"
    )]
    [Description("The batches of a maintenance of these nodes, and what blocks each node. Changes nothing.")]
    public async Task<CallToolResult> MaintenanceAsync(
        [Description("Names of nodes; wildcards * and ?.")] string[]? nodes = null,
        [Description("Label selector as kubectl's -l.")] string? selector = null,
        [Description("How many nodes may be away at a time: a count or a percentage.")] string maxUnavailable = "1",
        [Description("Key of a label: each batch has nodes with one value of it only.")] string topologyKey = "",
        [Description("1 to 100 nodes.")] [Bounds(1, 100)] int limit = 20,
        [Description("nextCursor of the page before.")] string? cursor = null,
        CancellationToken stop = default
    )
    {
        if (nodes is not { Length: > 0 } && selector is null)
            throw new NodeManagerException(ErrorIds.AgentChangeInvalid, ErrorKind.InvalidArgument, "Give 'nodes' or 'selector'.");
        List<NodeTarget> targets = await TargetsAsync(new() { Names = nodes ?? [], Selector = selector }, stop);
        IReadOnlyList<NodeMaintenancePlan> plans = await MaintenancePlanner.PlanAsync(
            Session,
            new()
            {
                Nodes = targets,
                Options = new() { MaxUnavailable = maxUnavailable, TopologyKey = topologyKey },
            },
            NullObserver.Instance,
            stop
        );
        var page = AgentPage<NodeMaintenancePlan>.Of(plans, static plan => $"{plan.Batch:D6} {plan.Node}", limit, cursor);
        return AgentAnswer.Of(
            new
            {
                Nodes = plans.Count,
                Batches = plans.Select(static plan => plan.Batch).Where(static batch => batch > 0).Distinct().Count(),
                LeftOut = plans.Count(static plan => plan.Batch == 0),
                WithObstacles = plans.Count(static plan => plan.Obstacles.Count > 0),
                Obstacles = Truncated(
                    plans
                        .SelectMany(static plan => plan.Obstacles)
                        .GroupBy(static text => text)
                        .OrderByDescending(static group => group.Count())
                        .Select(static group => group.Count() > 1 ? $"{group.Key} ({group.Count()} nodes)" : group.Key),
                    TopTexts
                ),
                Plans = page.Items.Select(static plan => new
                {
                    plan.Batch,
                    plan.Node,
                    Group = AnswerText.NullIfEmpty(plan.Group),
                    Drain = plan.Drain?.Status,
                    Evict = plan.Drain?.Evict,
                    Note = AnswerText.NullIfEmpty(plan.Note),
                    Obstacles = Truncated(plan.Obstacles, 2),
                    Stranded = plan.Stranded.Count > 0 ? plan.Stranded.Count : (int?)null,
                    plan.NotBefore,
                }),
                page.NextCursor,
            }
        );
    }

    private async Task<List<NodeTarget>> TargetsAsync(NodeQuery query, CancellationToken stop)
    {
        List<NodeTarget> targets = [];
        await foreach (ClusterNode node in NodeReader.ReadAsync(Session, query, missing => throw missing, NullObserver.Instance, stop))
            targets.Add(new(node.Name, node.Uid));
        return targets;
    }

    [AgentTool("list_maintenances", "Maintenance runs", Answers = "runs:array")]
    [Description("The latest maintenance runs: status, counts, who holds them, and how to resume.")]
    public async Task<CallToolResult> MaintenancesAsync(
        [Description("1 to 100.")] [Bounds(1, 100)] int limit = 5,
        CancellationToken stop = default
    )
    {
        IReadOnlyList<NodeMaintenanceRun> runs = await MaintenanceReader.ReadAsync(
            Session,
            [],
            MaintenanceRequest.DefaultNamespace,
            Math.Clamp(limit, 1, AgentPage<object>.MaximumSize),
            stop
        );
        return AgentAnswer.Of(
            new
            {
                Runs = runs.Select(static run => new
                {
                    run.Id,
                    run.Status,
                    Reason = AnswerText.NullIfEmpty(run.Reason),
                    run.StartedBy,
                    Holder = AnswerText.NullIfEmpty(run.Holder),
                    run.StartedAt,
                    run.EndedAt,
                    Nodes = run.Nodes.Count,
                    run.Completed,
                    run.Failed,
                    run.Remaining,
                    Message = AnswerText.NullIfEmpty(run.Message),
                }),
            }
        );
    }

    [AgentTool("select_node", "Where a pod would fit", Answers = "eligible:integer notEligible:integer nodes:array whyNot:object")]
    [Description(
        "Which nodes could take a pod with these requests: the eligible ones, those with the most free resources first, and why the others cannot. Reserves nothing."
    )]
    public async Task<CallToolResult> SelectAsync(
        [Description("Cores, as 500m or 2.")] string? cpu = null,
        [Description("Memory, as 512Mi.")] string? memory = null,
        [Description("Only nodes with these labels; as kubectl's -l.")] string? selector = null,
        [Description("Taints that the pod tolerates: key=value:Effect, key:Effect, key or *.")] string[]? tolerations = null,
        [Description("1 to 100 eligible nodes.")] [Bounds(1, 100)] int limit = 5,
        CancellationToken stop = default
    )
    {
        Dictionary<string, string> requests = [];
        if (cpu is not null)
            requests["cpu"] = cpu;
        if (memory is not null)
            requests["memory"] = memory;
        // With a count of 0, nothing is selected or recorded for later selections.
        IReadOnlyList<NodeSelection> judged = await NodeSelections.SelectAsync(
            Session,
            new()
            {
                Strategy = NodeSelectionStrategy.MostResources,
                Count = 0,
                Explain = true,
                Pod = PodRequest.Of(requests, tolerations ?? []),
                Nodes = selector is null ? null : LabelSelectorParser.ParseQuery(selector),
            },
            NullObserver.Instance,
            stop
        );
        List<NodeSelection> eligible =
        [
            .. judged
                .Where(static one => one.IsEligible)
                .OrderByDescending(static one => one.FreePercent)
                .ThenBy(static one => one.Name, StringComparer.Ordinal),
        ];
        return AgentAnswer.Of(
            new
            {
                Eligible = eligible.Count,
                NotEligible = judged.Count - eligible.Count,
                Nodes = eligible
                    .Take(Math.Clamp(limit, 1, AgentPage<object>.MaximumSize))
                    .Select(static one => new
                    {
                        one.Name,
                        one.FreeCpu,
                        FreeMemory = ByteSize.Format(one.FreeMemory),
                        one.FreePercent,
                    }),
                WhyNot = judged
                    .Where(static one => !one.IsEligible)
                    .SelectMany(static one => one.Reasons)
                    .GroupBy(static reason => reason)
                    .OrderByDescending(static group => group.Count())
                    .Take(TopTexts)
                    .ToDictionary(static group => group.Key, static group => group.Count()),
            }
        );
    }

    private static IReadOnlyList<NodeTarget> Targets(string[] nodes) =>
        nodes.Length is > 0 and <= MaximumDrains
            ? [.. nodes.Select(static name => new NodeTarget(name))]
            : throw new NodeManagerException(
                ErrorIds.AgentChangeInvalid,
                ErrorKind.InvalidArgument,
                $"'nodes' takes 1 to {MaximumDrains} names; these are {nodes.Length}."
            );

    // The first ones and the number of others.
    private static List<string>? Truncated(IEnumerable<string> texts, int maximum)
    {
        List<string> all = [.. texts];
        return all.Count == 0 || maximum == 0 ? null
            : all.Count <= maximum ? all
            : [.. all.Take(maximum), $"(and {all.Count - maximum} more)"];
    }
}

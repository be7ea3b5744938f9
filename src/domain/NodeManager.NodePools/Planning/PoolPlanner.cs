using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Validation;

namespace NodeManager.NodePools.Planning;

/// <summary>Plans the effects of a change on a pool's fields, nodes and pods; also serves <c>-WhatIf</c>. Changes nothing.</summary>
public static class PoolPlanner
{
    // A platform removes nodes with all their pods.
    private static readonly DrainOptions Everything = new() { DeleteUnmanagedPods = true, DeleteEmptyDirData = true };

    /// <exception cref="NodeManagerException">As <see cref="PoolCreator.CheckAsync"/>.</exception>
    public static async Task<NodePoolPlan> PlanCreationAsync(
        PoolContext context,
        PoolDraft draft,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        await PoolCreator.CheckAsync(context, draft, observer, cancellationToken);
        await context.Provider.RequireAccessAsync("create", null, cancellationToken);
        (IPoolController? controller, PoolForecast? forecast, string warning) = await ForecastAsync(
            context,
            null,
            draft.Name,
            draft.Spec,
            cancellationToken
        );
        int? desired = forecast?.Nodes ?? PoolChangeRules.DesiredNodes(controller, draft.Spec);
        IReadOnlyList<NodeFieldChange> fields = PoolMerge.Differences([], draft.Spec);
        return new()
        {
            Cluster = context.Session.Cluster,
            Session = context.Session,
            Pool = draft.Name,
            Provider = context.Provider.Name,
            Action = "Create",
            Fields = new([
                .. fields.Select(one => new NodePoolFieldPlan
                {
                    Field = one.Field,
                    After = one.After ?? "",
                    Effect = NodePoolEffect.AddsNodes,
                    Nodes = desired,
                }),
            ]),
            Effect =
                desired is null ? NodePoolEffect.Unknown
                : desired == 0 ? NodePoolEffect.InPlace
                : NodePoolEffect.AddsNodes,
            DesiredNodes = desired,
            IsCertain = controller is not null,
            Warnings = warning.Length > 0 ? new([warning]) : ItemList<string>.Empty,
            Nodes = ItemList<string>.Empty,
            Pods = ItemList<NodeDrainPlanPod>.Empty,
            BlockingBudgets = ItemList<PodBudget>.Empty,
        };
    }

    /// <exception cref="NodeManagerException">As <see cref="PoolEditor.PlanAsync"/>.</exception>
    public static async Task<NodePoolPlan> PlanChangeAsync(
        PoolContext context,
        PoolTarget target,
        PoolEdit edit,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        PoolEditPlan planned = await PoolEditor.PlanAsync(context, target, edit, observer, cancellationToken);
        await context.Provider.RequireAccessAsync("patch", null, cancellationToken);
        (IReadOnlyList<ClusterNode>? nodes, string warning) = await NodesAsync(context, planned.Before, cancellationToken);
        (IPoolController? controller, PoolForecast? forecast, string unknown) =
            planned.Changes.Count == 0
                ? (context.Provider.Controller, null, "")
                : await ForecastAsync(context, planned.Before, planned.Name, planned.Spec, cancellationToken);
        IReadOnlyList<NodePoolFieldPlan> fields = PoolChangeRules.Judge(
            context.Provider.Format,
            controller,
            planned.Before.Spec,
            planned.Spec,
            planned.Changes,
            nodes?.Count ?? 0,
            forecast
        );
        return await DescribeAsync(
            context,
            planned.Before,
            "Change",
            fields,
            forecast?.Nodes ?? PoolChangeRules.DesiredNodes(controller, planned.Spec),
            nodes,
            nodes is null ? null
                : forecast is null ? Leaving(controller, fields, planned.Spec, nodes)
                : [.. nodes.Where(node => forecast.Removed.Contains(node.Name))],
            unknown.Length > 0 ? unknown : warning,
            controller is not null,
            cancellationToken
        );
    }

    /// <exception cref="NodeManagerException">NodePoolNotFound, NodePoolAmbiguous, or the provider's refusal.</exception>
    public static async Task<NodePoolPlan> PlanDeletionAsync(PoolContext context, PoolTarget target, CancellationToken cancellationToken)
    {
        PoolRecord pool = await PoolReader.FindAsync(context, target, cancellationToken);
        await context.Provider.RequireAccessAsync("delete", null, cancellationToken);
        (IReadOnlyList<ClusterNode>? nodes, string warning) = await NodesAsync(context, pool, cancellationToken);
        NodePoolFieldPlan all = new()
        {
            Field = "spec",
            Before = pool.Spec.ToJsonString(PoolSpecReader.Relaxed),
            Effect = nodes?.Count == 0 ? NodePoolEffect.InPlace : NodePoolEffect.RemovesNodes,
            Nodes = nodes?.Count,
        };
        return await DescribeAsync(
            context,
            pool,
            "Delete",
            [all],
            0,
            nodes,
            nodes,
            warning,
            context.Provider.Controller is not null,
            cancellationToken
        );
    }

    // If the required data cannot be read, nothing is certain.
    private static async Task<(IPoolController? Controller, PoolForecast? Forecast, string Warning)> ForecastAsync(
        PoolContext context,
        PoolRecord? before,
        string name,
        JsonObject after,
        CancellationToken cancellationToken
    )
    {
        if (context.Provider.Controller is not { } controller)
            return (null, null, "");
        try
        {
            return (
                controller,
                await ClusterOperation.RunAsync(
                    context.Session,
                    name,
                    (_, token) => controller.ForecastAsync(before, name, after, token),
                    cancellationToken
                ),
                ""
            );
        }
        catch (NodeManagerException unknown) when (unknown.ErrorId == ErrorIds.Forbidden)
        {
            return (null, null, $"What the controller would do is not known: {unknown.Message}");
        }
    }

    private static IEnumerable<PodBudget> Refusing(NodeDrainPlan plan) =>
        plan
            .Pods.Where(static pod => pod is { Decision: DrainDecision.Evict, BlockedByBudget: true })
            .SelectMany(static pod => pod.Budgets)
            .Where(static one => one.DisruptionsAllowed <= 0);

    // Null if unknown.
    private static List<ClusterNode>? Leaving(
        IPoolController? controller,
        IReadOnlyList<NodePoolFieldPlan> fields,
        JsonObject after,
        IReadOnlyList<ClusterNode> nodes
    )
    {
        if (fields.Any(static one => one.Effect is NodePoolEffect.RollsNodes or NodePoolEffect.RecreatesNodes))
            return [.. nodes];
        if (!fields.Any(static one => one.Effect is NodePoolEffect.RemovesNodes or NodePoolEffect.Unknown))
            return [];
        int? desired = PoolChangeRules.DesiredNodes(controller, after);
        if (desired == 0)
            return [.. nodes];
        return controller is null ? null : [.. controller.RemovalOrder(nodes).Take(Math.Max(0, nodes.Count - desired!.Value))];
    }

    private static async Task<(IReadOnlyList<ClusterNode>? Nodes, string Warning)> NodesAsync(
        PoolContext context,
        PoolRecord pool,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await PoolMembers.ReadAsync(context, pool.ClusterId, pool.Id, pool.Name, cancellationToken), "");
        }
        catch (NodeManagerException unknown)
            when (unknown.ErrorId
                    is ErrorIds.PoolClusterMismatch
                        or ErrorIds.PoolClusterAmbiguous
                        or ErrorIds.PoolClusterNotFound
                        or ErrorIds.Forbidden
            )
        {
            return (null, $"The pool's nodes are not known: {unknown.Message}");
        }
    }

    private static async Task<NodePoolPlan> DescribeAsync(
        PoolContext context,
        PoolRecord pool,
        string action,
        IReadOnlyList<NodePoolFieldPlan> fields,
        int? desired,
        IReadOnlyList<ClusterNode>? nodes,
        IReadOnlyList<ClusterNode>? leaving,
        string warning,
        bool isCertain,
        CancellationToken cancellationToken
    )
    {
        List<string> warnings = warning.Length > 0 ? [warning] : [];
        bool drains = context.Provider.Controller?.DrainsNodes == true;
        NodeTarget[] targets = [.. (leaving ?? []).Select(static node => new NodeTarget(node.Name, node.Uid))];
        // A roll replaces nodes one after another: pods that fit nowhere else fit on the replacement.
        bool rolls = fields.Any(static one => one.Effect == NodePoolEffect.RollsNodes);
        IReadOnlyList<NodeDrainPlan> drain =
            targets.Length == 0 ? []
            : rolls ? await DrainPlanner.PlanEachAsync(context.Session, targets, Everything, cancellationToken)
            : await DrainPlanner.PlanAsync(context.Session, targets, Everything, cancellationToken);
        if (leaving is { Count: > 0 } && !drains)
            warnings.Add("Whether nodes are drained before they are removed is Unknown: the service decides.");
        if (drains)
            warnings.AddRange(drain.SelectMany(static one => one.Blockers.Concat(one.Warnings)).Distinct().Take(20));
        return new()
        {
            Cluster = context.Session.Cluster,
            Session = context.Session,
            PoolId = pool.Id,
            Pool = pool.Name,
            Provider = context.Provider.Name,
            Namespace = pool.Namespace,
            Action = action,
            Fields = new([.. fields]),
            Effect = PoolChangeRules.Strongest(fields),
            CurrentNodes = nodes?.Count ?? 0,
            DesiredNodes = desired,
            IsCertain = isCertain,
            Nodes = leaving is null ? null : new([.. leaving.Select(static node => node.Name)]),
            Pods = leaving is null ? null : new([.. drain.SelectMany(static one => one.Pods)]),
            BlockingBudgets =
                leaving is null || (leaving.Count > 0 && !drains)
                    ? null
                    : new([
                        .. drain
                            .SelectMany(one => rolls ? Refusing(one) : one.BlockingBudgets)
                            .DistinctBy(static one => (one.Namespace, one.Name)),
                    ]),
            Warnings = new(warnings),
        };
    }
}

using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Updates.Decisions;
using NodeManager.NodePools.Updates.Execution;
using NodeManager.NodePools.Updates.Options;
using NodeManager.NodePools.Updates.PoolServices;
using NodeManager.Runs;

namespace NodeManager.NodePools.Updates;

/// <summary>Plans updates; also serves <c>-WhatIf</c>.</summary>
public static class PoolUpdatePlanner
{
    /// <summary>The nodes to replace, in order, with the pods that move and their blockers. Changes nothing.</summary>
    /// <exception cref="NodeManagerException">NodePoolNotFound; PoolUpdateInvalid; or the server's refusal.</exception>
    public static Task<IReadOnlyList<NodePoolUpdatePlan>> PlanAsync(
        NodeManagerSession session,
        PoolUpdateRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            request.Pool,
            (connection, token) => PlanAsync(session, connection, request, observer, token),
            cancellationToken
        );

    private static async Task<IReadOnlyList<NodePoolUpdatePlan>> PlanAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        PoolUpdateRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        RunScope scope = new(
            session,
            connection,
            new RollErrors(request.Pool),
            request.Namespace,
            new RollObserver(observer, "pool/" + request.Pool),
            cancellationToken
        );
        if (request.Service is { } service)
            return await PlanAsync(scope, request, service, cancellationToken);
        using RollContext context = new(scope, request);
        await context.CatchUpAsync(cancellationToken);
        NodeSmithPool pool = context.Pool is { Metadata.DeletionTimestamp: null } found
            ? found
            : throw RollErrors.PoolNotFound(request.Pool, request.Namespace, session.Cluster);
        List<NodeSmithClaim> claims =
        [
            .. context.Claims.Where(static one => one.Metadata.DeletionTimestamp is null && !ClaimAttempts.HasFailed(one)),
        ];
        var limit = SurgeLimit.Of(request.Options.MaxSurge, request.Options.MaxUnavailable, claims.Count);
        List<RollNode> nodes = await ClaimRollOpener.FindOutdatedAsync(context, pool, claims, request.Options.All, cancellationToken);
        if (await FindUnfinishedAsync(scope, request, pool.Metadata.Uid ?? "", cancellationToken) is { } stored)
            nodes = RemainingOf(stored);
        Dictionary<string, NodeDrainPlan> byNode = await DrainsAsync(
            session,
            request,
            nodes,
            meetsNewNodes: request.Options.Strategy == PoolUpdateStrategy.BlueGreen || limit.Surge > 0,
            cancellationToken
        );
        int together =
            request.Options.Strategy == PoolUpdateStrategy.BlueGreen
                ? Math.Max(1, nodes.Count)
                : Math.Max(1, limit.Surge + limit.Unavailable);
        return
        [
            .. nodes.Select(
                (node, index) =>
                    Describe(
                        session,
                        request.Pool,
                        node,
                        1 + (index / together),
                        node.Size.ReplacementIn(pool).ToString(),
                        byNode.GetValueOrDefault(node.Node)
                    )
            ),
        ];
    }

    // With a second pool, all nodes are drained together.
    private static async Task<IReadOnlyList<NodePoolUpdatePlan>> PlanAsync(
        RunScope scope,
        PoolUpdateRequest request,
        PoolContext service,
        CancellationToken cancellationToken
    )
    {
        using RollScope context = new(scope, request);
        await context.CatchUpAsync(cancellationToken);
        PoolRecord pool = await new PoolTarget { Id = request.PoolId, Name = request.Pool }.FindAsync(service, cancellationToken);
        if (await FindUnfinishedAsync(scope, request, pool.Id, cancellationToken) is { } stored)
            return await DescribeAsync(RemainingOf(stored), stored.State.IsBack ? stored.Record.Pool : stored.Record.SecondPool);
        (_, _, IReadOnlyList<RollNode> nodes, PoolDraft? second) = await ServiceRollOpener.ReadAsync(
            context,
            new(context, service),
            pool,
            cancellationToken
        );
        return await DescribeAsync(nodes, second?.Name ?? "");

        async Task<IReadOnlyList<NodePoolUpdatePlan>> DescribeAsync(IReadOnlyList<RollNode> leaving, string next)
        {
            Dictionary<string, NodeDrainPlan> drains = await DrainsAsync(
                scope.Session,
                request,
                leaving,
                meetsNewNodes: true,
                cancellationToken
            );
            return
            [
                .. leaving.Select(node =>
                    Describe(
                        scope.Session,
                        request.Pool,
                        node,
                        1,
                        next.Length > 0 ? $"node of pool {next}" : "",
                        drains.GetValueOrDefault(node.Node)
                    )
                ),
            ];
        }
    }

    private static async Task<StoredRoll?> FindUnfinishedAsync(
        RunScope scope,
        PoolUpdateRequest request,
        string poolUid,
        CancellationToken cancellationToken
    )
    {
        bool isService = request.Service is not null;
        StoredRoll? stored = await StoredRoll.FindAsync(scope.Connection, request.Namespace, request.Pool, isService, cancellationToken);
        if (stored is not { State.IsOver: false } || stored.Record.PoolUid != poolUid)
            return null;
        scope.Observer.Warning(
            $"The update of pool {request.Pool} that {stored.Record.By} began at {stored.Record.At:u} is not over: it would be continued."
        );
        return stored;
    }

    private static List<RollNode> RemainingOf(StoredRoll stored) =>
        [
            .. stored.Nodes.Where(one =>
                one.IsBack == stored.State.IsBack
                && one.Status is not NodePoolUpdateNodeStatus.Removed and not NodePoolUpdateNodeStatus.Removing
            ),
        ];

    private static async Task<Dictionary<string, NodeDrainPlan>> DrainsAsync(
        NodeManagerSession session,
        PoolUpdateRequest request,
        IReadOnlyList<RollNode> nodes,
        bool meetsNewNodes,
        CancellationToken cancellationToken
    )
    {
        NodeTarget[] targets =
        [
            .. nodes.Where(static one => one.Node.Length > 0).Select(static one => new NodeTarget(one.Node, one.NodeUid)),
        ];
        IReadOnlyList<NodeDrainPlan> drains =
            targets.Length == 0
                ? []
                : await DrainPlanner.PlanAsync(
                    session,
                    targets,
                    request.Options.Drain with
                    {
                        MeetsNewNodes = meetsNewNodes,
                    },
                    cancellationToken
                );
        return drains.ToDictionary(static one => one.Node, StringComparer.Ordinal);
    }

    private static NodePoolUpdatePlan Describe(
        NodeManagerSession session,
        string pool,
        RollNode node,
        int turn,
        string replacement,
        NodeDrainPlan? drain
    ) =>
        new()
        {
            Session = session,
            Cluster = session.Cluster,
            Pool = pool,
            Turn = turn,
            Node = node.Node,
            NodeUid = node.NodeUid,
            Claim = node.Claim,
            Reasons = new([.. node.Reasons]),
            Replacement = replacement,
            Pods = new([
                .. (drain?.Pods ?? ItemList<NodeDrainPlanPod>.Empty)
                    .Where(static one => one.Decision == DrainDecision.Evict)
                    .Select(static one => $"{one.Namespace}/{one.Name}"),
            ]),
            Obstacles = new([
                .. drain?.Blockers ?? ItemList<string>.Empty,
                .. (drain?.BlockingBudgets ?? ItemList<PodBudget>.Empty)
                    .Where(static one => one.Outlook == BudgetOutlook.Never)
                    .Select(static one => $"PDB {one.Namespace}/{one.Name}: {one.OutlookReason}".TrimEnd(':', ' ')),
            ]),
            Drain = drain,
        };
}

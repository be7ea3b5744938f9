using System.Threading.Channels;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Errors;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Budgets;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Evictions;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Drains.Workloads;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Drains.Execution;

/// <summary>One run over several nodes: reads the cluster, cordons all nodes, then drains them concurrently.</summary>
internal sealed class DrainRun(DrainScope scope, NodeLockUse use, IReadOnlyList<NodeTarget> nodes, ChannelWriter<NodeDrainResult> results)
{
    /// <summary>Writes a result for every node, also when cancelled.</summary>
    /// <exception cref="NodeManagerException">The cluster could not be read; nothing was changed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await PlanAsync(cancellationToken) is not var (survey, plans))
            return;
        RequireEvictionApi(survey);
        foreach (string warning in plans.SelectMany(p => p.Warnings.Select(w => $"Node {p.Name}: {w}")).Distinct())
            scope.Observer.Warning(warning);
        HashSet<string> namespaces =
        [
            .. plans.SelectMany(p => p.Pods).Where(p => p.Plan.Decision == DrainDecision.Evict).Select(p => p.Plan.Namespace),
        ];
        using BudgetRegistry budgets = new(scope, survey, namespaces);
        using BudgetOverrides overrides = new(scope, namespaces);
        Surge surge = new(scope, survey, budgets, cancellationToken);
        await using WorkloadLimits workloads = new(scope, plans);
        using EvictionRequests requests = new(scope, survey.Server, budgets, namespaces);
        IReadOnlyDictionary<string, DrainTurn> turns = DrainOrder.Of(
            plans.SelectMany(p => p.Pods).Where(p => p.Plan.Decision == DrainDecision.Evict).Select(p => p.Pod)
        );
        string[] leaving = [.. plans.Where(p => p.Node is not null && p.Blockers.Count == 0).Select(p => p.Name)];
        using NodeCaches<Pod> pods = scope.Caches.Open(NodeScopes.Pods, leaving);
        using NodeCaches<Node> nodeObjects = scope.Caches.Open(NodeScopes.Nodes, leaving);
        List<NodeDrain> drains =
        [
            .. plans.Select(p => new NodeDrain(
                scope,
                use,
                survey,
                p,
                pods,
                nodeObjects,
                new(budgets, overrides, surge, workloads, requests),
                turns
            )),
        ];

        // All nodes are cordoned first, or an evicted pod might move to a node that is drained next.
        (NodeDrain Drain, NodeDrainResult? Result)[] prepared = await Task.WhenAll(
            drains.Select(async d => (d, await d.PrepareAsync(cancellationToken)))
        );
        foreach (NodeDrainResult ended in prepared.Select(p => p.Result).OfType<NodeDrainResult>())
            scope.Ended(ended);
        await Task.WhenAll(prepared.Select(p => RunAsync(p.Drain, p.Result, cancellationToken)));
    }

    // Null if cancelled or timed out: every node then has its result.
    private async Task<(DrainSurvey Survey, IReadOnlyList<PlannedNode> Plans)?> PlanAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = scope.Time.StartLimit(scope.Remaining);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            DrainSurveyor surveyor = new(scope.Client, scope.Options);
            DrainSurvey survey = await surveyor.ReadAsync(nodes, reading.Token);
            return (survey, await NodePlanner.PlanAsync(surveyor, survey, scope.Options, scope.ServerNow, reading.Token));
        }
        catch (Exception) when (reading.IsCancellationRequested)
        {
            foreach (NodeTarget node in nodes)
                await results.WriteAsync(NotStarted(node.Name, !cancellationToken.IsCancellationRequested), CancellationToken.None);
            return null;
        }
        catch (Exception exception)
            when (ErrorTranslator.Translate(exception, scope.Session.Cluster, scope.Session.Server, null) is { } known)
        {
            throw known;
        }
    }

    private void RequireEvictionApi(DrainSurvey survey)
    {
        if (scope.Options.EvictionApi != EvictionApi.EvictionRequest || survey.Server.HasEvictionRequests)
            return;
        throw new NodeManagerException(
            ErrorIds.EvictionApiMissing,
            ErrorKind.InvalidOperation,
            $"Cluster '{scope.Session.Cluster}' ({survey.Server.Version}) does not serve EvictionRequests (lifecycle.k8s.io/v1alpha1).",
            scope.Session,
            "Enable the alpha feature (Kubernetes 1.37 or later), or use -EvictionApi Auto to evict with the eviction API."
        );
    }

    private async Task RunAsync(NodeDrain drain, NodeDrainResult? prepared, CancellationToken cancellationToken)
    {
        if (drain.Busy is { } busy)
        {
            await drain.DisposeAsync();
            await AfterAsync(busy, drain.Plan, cancellationToken);
            return;
        }

        NodeDrainResult result;
        await using (drain)
        {
            result = prepared ?? await drain.RunAsync(cancellationToken);
            drain.Running?.End(result);
        }

        await EndAsync(result);
    }

    // A plan from before the other operation's end is outdated.
    private async Task AfterAsync(NodeLock busy, PlannedNode plan, CancellationToken cancellationToken)
    {
        if (await new BusyNode(scope, use, plan).WaitAsync(busy, cancellationToken) is { } result)
            await EndAsync(result);
        else
            await new DrainRun(scope, use, [new(plan.Name, plan.Node?.Metadata.Uid ?? "")], results).RunAsync(cancellationToken);
    }

    private async Task EndAsync(NodeDrainResult result)
    {
        scope.Ended(result);
        await results.WriteAsync(result, CancellationToken.None);
    }

    private NodeDrainResult NotStarted(string name, bool isTimedOut) =>
        new()
        {
            Session = scope.Session,
            Cluster = scope.Session.Cluster,
            Node = name,
            Status = isTimedOut ? NodeDrainStatus.TimedOut : NodeDrainStatus.Cancelled,
            CancelReason = isTimedOut ? "" : NodeDrainCancelReason.Interrupted,
            By = scope.Session.Who(),
            Reason = scope.Options.Reason,
            StartedAt = scope.StartedAt,
            Duration = scope.Now - scope.StartedAt,
            Message = isTimedOut
                ? $"Timed out while reading the cluster, as the API server did not answer all requests within {HumanDuration.Format(scope.Options.Timeout ?? TimeSpan.Zero)}; nothing was changed."
                : "Interrupted; nothing was changed.",
        };
}

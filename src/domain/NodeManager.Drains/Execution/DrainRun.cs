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
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Drains.Execution;

/// <summary>One run over several nodes: reads, cordons all, then drains all concurrently.</summary>
/// <param name="scope">Of the call.</param>
/// <param name="use">How it uses the locks of the nodes.</param>
/// <param name="nodes">To drain.</param>
/// <param name="results">Gets a result for each.</param>
/// <param name="startedAt">When the call began; null: now.</param>
internal sealed class DrainRun(
    DrainScope scope,
    NodeLockUse use,
    IReadOnlyList<NodeTarget> nodes,
    ChannelWriter<NodeDrainResult> results,
    DateTimeOffset? startedAt = null
)
{
    private readonly DateTimeOffset _startedAt = startedAt ?? scope.Now;

    /// <summary>Writes a result for every node, also when cancelled.</summary>
    /// <exception cref="NodeManagerException">The cluster could not even be read; nothing was touched.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        DrainSurvey survey;
        IReadOnlyList<PlannedNode> plans;
        using CancellationTokenSource limit = scope.Time.StartLimit(
            scope.Options.HasTimeout ? scope.Options.Timeout - (scope.Now - _startedAt) : null
        );
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            DrainSurveyor surveyor = new(scope.Client, scope.Options);
            survey = await surveyor.ReadAsync(nodes, reading.Token);
            plans = await NodePlanner.PlanAsync(surveyor, survey, scope.Options, scope.Now, reading.Token);
        }
        catch (Exception) when (reading.IsCancellationRequested)
        {
            foreach (NodeTarget node in nodes)
                await results.WriteAsync(NeverBegun(node.Name, !cancellationToken.IsCancellationRequested), CancellationToken.None);
            return;
        }
        catch (Exception exception)
            when (ErrorTranslator.Translate(exception, scope.Session.Cluster, scope.Session.Server, null) is { } known)
        {
            throw known;
        }

        if (scope.Options.EvictionApi == EvictionApi.EvictionRequest && !survey.Server.HasEvictionRequests)
        {
            throw new NodeManagerException(
                ErrorIds.EvictionApiMissing,
                ErrorKind.InvalidOperation,
                $"Cluster '{scope.Session.Cluster}' ({survey.Server.Version}) does not serve EvictionRequests (lifecycle.k8s.io/v1alpha1).",
                scope.Session,
                "Enable the alpha feature (Kubernetes 1.37 or later), or use -EvictionApi Auto to evict with the eviction API."
            );
        }

        foreach (string warning in plans.SelectMany(p => p.Warnings.Select(w => $"Node {p.Name}: {w}")).Distinct())
            scope.Observer.Warning(warning);
        HashSet<string> namespaces =
        [
            .. plans.SelectMany(p => p.Pods).Where(p => p.Plan.Decision == DrainDecision.Evict).Select(p => p.Plan.Namespace),
        ];
        using BudgetRegistry budgets = new(scope, survey, namespaces);
        using BudgetOverrides overrides = new(scope, namespaces);
        Surge surge = new(scope, survey, budgets, cancellationToken);
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
                budgets,
                overrides,
                surge,
                requests,
                turns,
                _startedAt
            )),
        ];

        // All nodes are cordoned before the first pod goes, or it might come to the next one that is drained.
        (NodeDrain Drain, NodeDrainResult? Result)[] prepared = await Task.WhenAll(
            drains.Select(async d => (d, await d.PrepareAsync(cancellationToken)))
        );
        foreach (NodeDrainResult ended in prepared.Select(p => p.Result).OfType<NodeDrainResult>())
            scope.Ended(ended);
        await Task.WhenAll(
            prepared.Select(async p =>
            {
                if (p.Drain.Busy is { } busy)
                {
                    await p.Drain.DisposeAsync();
                    await AfterAsync(busy, p.Drain.Plan, cancellationToken);
                    return;
                }

                NodeDrainResult result;
                await using (p.Drain)
                {
                    result = p.Result ?? await p.Drain.RunAsync(cancellationToken);
                    p.Drain.Running?.End(result);
                }

                await EndAsync(result);
            })
        );
    }

    // What was planned while another operation worked on the node is outdated when that has ended.
    private async Task AfterAsync(NodeLock busy, PlannedNode plan, CancellationToken cancellationToken)
    {
        if (await new BusyNode(scope, use, plan, _startedAt).WaitAsync(busy, cancellationToken) is { } result)
            await EndAsync(result);
        else
            await new DrainRun(scope, use, [new(plan.Name, plan.Node?.Metadata.Uid ?? "")], results, _startedAt).RunAsync(
                cancellationToken
            );
    }

    private async Task EndAsync(NodeDrainResult result)
    {
        scope.Ended(result);
        await results.WriteAsync(result, CancellationToken.None);
    }

    private NodeDrainResult NeverBegun(string name, bool isTimedOut) =>
        new()
        {
            Session = scope.Session,
            Cluster = scope.Session.Cluster,
            Node = name,
            Status = isTimedOut ? NodeDrainStatus.TimedOut : NodeDrainStatus.Cancelled,
            CancelReason = isTimedOut ? "" : NodeDrainCancelReason.Interrupted,
            By = scope.Session.Who(),
            Reason = scope.Options.Reason,
            StartedAt = _startedAt,
            Duration = scope.Now - _startedAt,
            Message = isTimedOut
                ? $"Timed out while reading the cluster, as the API server did not answer all requests within {HumanDuration.Format(scope.Options.Timeout ?? TimeSpan.Zero)}; nothing was changed."
                : "Interrupted; nothing was changed.",
        };
}

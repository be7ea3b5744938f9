using NodeManager.Controllers.Caching;
using NodeManager.Core.Placement;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;
using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Records;
using NodeManager.Scheduling;

namespace NodeManager.Maintenance.Execution;

/// <summary>Detects drains of a batch that wait for pods that fit only on nodes of the run itself.</summary>
internal sealed class StuckBatch(MaintenanceScope scope, MaintenanceOptions options, RunProgressLog ledger, ObjectCache<Node> fleet)
{
    // A scheduler needs a moment for a new pod, and a returning node for its taints.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <summary>Completes with a node to release when two consecutive checks agree.</summary>
    /// <param name="batch">UIDs of its nodes.</param>
    public async Task<ReleasedNode> WatchAsync(IReadOnlyCollection<string> batch, CancellationToken cancellationToken)
    {
        ReleasedNode? before = null;
        while (true)
        {
            await Task.Delay(Pause, scope.Time, cancellationToken);
            ReleasedNode? now = await FindStuckAsync(batch, cancellationToken);
            if (now is not null && now.Node == before?.Node)
                return now;
            before = now;
        }
    }

    private async Task<ReleasedNode?> FindStuckAsync(IReadOnlyCollection<string> batch, CancellationToken cancellationToken)
    {
        List<NodeRecord> open = [.. batch.Select(uid => ledger[uid]).Where(n => n.Status == NodeMaintenanceStatus.InProgress)];
        // A drained node returns by itself and provides room.
        if (open.Count == 0 || open.Exists(n => n.HasDone(NodeMaintenanceStepName.Drain) || !n.HasBegun(NodeMaintenanceStepName.Drain)))
            return null;
        try
        {
            List<Pod> pending = (
                await scope.Client.ListAsync(Resources.Pods, new() { FieldSelector = "status.phase=Pending" }, cancellationToken)
            ).Items.FindAll(p => p.Metadata.DeletionTimestamp is null && p.Status.Conditions.IsFalse("PodScheduled"));
            if (pending.Count == 0)
                return null;
            DrainSurvey survey = await new DrainSurveyor(scope.Client, options.Drain.In(scope.Session)).ReadAsync(
                [.. open.Select(n => n.Name)],
                cancellationToken
            );
            // A budget that will be overridden does not block permanently.
            bool asksBudgets = options.Drain.OverrideBudgetAfter is null;
            List<Pod> waiting = pending.FindAll(p => options.Drain.WaitForReplacement || (asksBudgets && HoldsUp(p, open, survey)));
            if (waiting.Count == 0)
                return null;
            ClusterSnapshot snapshot = (
                await new SnapshotReader(scope.Client, static _ => { }).ReadAsync(survey.Server.Minor, cancellationToken)
            ).Snapshot;
            return StuckRules.Choose(snapshot, waiting, [.. open.Select(n => n.Name)], Held());
        }
        catch (Exception exception) when (exception is KubernetesException or NodeManagerException || TransientFailure.Is(exception))
        {
            scope.Observer.Verbose($"Cannot check whether the batch waits for its own nodes: {exception.Message}");
            return null;
        }
    }

    // A budget that allows nothing while this pod is missing, and covers a pod on a node of the batch.
    private static bool HoldsUp(Pod missing, List<NodeRecord> open, DrainSurvey survey) =>
        (survey.Budgets ?? []).Any(b =>
            b.Status.DisruptionsAllowed <= 0
            && BudgetRules.Covers(b, missing, survey.Server.BudgetVersion)
            && open.Exists(n => survey.Pods[n.Name].Any(p => !p.IsTerminating() && BudgetRules.Covers(b, p, survey.Server.BudgetVersion)))
        );

    // Nodes cordoned by another client stay cordoned.
    private HashSet<string> Held() =>
        [
            .. ledger
                .Nodes.Where(n =>
                    n is { Status: NodeMaintenanceStatus.InProgress or NodeMaintenanceStatus.Failed, WasCordoned: false }
                    && fleet.Find(n.Uid)?.Spec.Unschedulable == true
                )
                .Select(n => n.Name),
        ];
}

using NodeManager.Controllers.Caching;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Drains.Execution;

/// <summary>
/// Lists the node again after its last pod is gone. The scheduler may have bound a pod before it observed the cordon: that pod is evicted
/// too. A pod that tolerates the cordon would come back each time, so it is reported.
/// </summary>
internal sealed class LateArrivals(DrainScope scope, DrainSurvey survey, ObjectCache<Pod> cache, string node)
{
    // A controller that sets nodeName in its pods ignores the cordon.
    private const int RoundLimit = 3;

    public int Rounds { get; private set; }

    /// <summary>Pods on the node that are not in the records, or that the records report as gone.</summary>
    public async Task<List<PodRecord>> FindAsync(IReadOnlyList<PodRecord> known, CancellationToken cancellationToken)
    {
        Rounds++;
        List<Pod> now = (
            await scope.Retry.RunAsync(
                token =>
                    scope.Client.ListAsync(
                        Resources.Pods,
                        new() { FieldSelector = $"spec.nodeName={node}", LabelSelector = scope.Options.PodSelector },
                        token
                    ),
                cancellationToken
            )
        ).Items;
        HashSet<string> uids = [.. known.Where(r => !r.IsReportedGone).Select(r => r.Plan.Uid)];
        List<Pod> late = [.. now.Where(p => !uids.Contains(p.Uid()))];
        if (late.Count == 0)
            return [];
        cache.AddOrUpdate(late);

        RuleContext context = new(scope.Options, await DaemonSetsAsync(late, cancellationToken), scope.ServerNow);
        IReadOnlyDictionary<string, DrainTurn> turns = DrainOrder.Of(late);
        List<PodRecord> records =
        [
            .. NodePlanner.Judge(late, node, survey, context).Select(p => new PodRecord(p) { Turn = turns.GetValueOrDefault(p.Plan.Uid) }),
        ];
        foreach (PodRecord record in records.Where(r => r.Plan.Decision == DrainDecision.Evict))
        {
            if (record.Pod.ToleratesCordon())
                record.End(DrainPodOutcome.Returned, "It tolerates the cordon and was recreated on the node.", scope.Now);
            else if (Rounds > RoundLimit)
                record.End(
                    DrainPodOutcome.Returned,
                    $"It was recreated on the node for the {Rounds}th time, as it tolerates the cordon.",
                    scope.Now
                );
            else
                scope.Observer.Verbose($"Pod {record.Title}: bound to {node} after the cordon; evicting it.");
        }

        return records;
    }

    // A DaemonSet created after the plan is not missing.
    private async Task<IReadOnlyDictionary<(string, string), string>?> DaemonSetsAsync(List<Pod> late, CancellationToken cancellationToken)
    {
        if (survey.DaemonSets is null || !late.Exists(p => p.IsDaemonSetOrphan(new(scope.Options, survey.DaemonSets, scope.Now))))
            return survey.DaemonSets;
        List<DaemonSet> now = (
            await scope.Retry.RunAsync(token => scope.Client.ListAsync(Resources.DaemonSets, new(), token), cancellationToken)
        ).Items;
        return now.ToDictionary(d => (d.Metadata.Namespace ?? "", d.Metadata.Name), d => d.Metadata.Uid ?? "");
    }
}

using NodeManager.Controllers.Caching;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Drains.Execution;

/// <summary>
/// Looks at the node once more after its last pod is gone. The scheduler may have bound a pod before it heard of the cordon: that one goes
/// too. A pod that tolerates the cordon would come back each time: it is reported.
/// </summary>
internal sealed class LateArrivals(DrainScope scope, DrainSurvey survey, ObjectCache<Pod> cache, string node)
{
    // A controller that writes the node's name into its pods is not stopped by a cordon either.
    private const int RoundLimit = 3;

    /// <summary>How often was looked.</summary>
    public int Rounds { get; private set; }

    /// <summary>Pods that are on the node and not in the records, or there with the news that they are gone.</summary>
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
        HashSet<string> uids = [.. known.Where(r => !r.IsSaidToBeGone).Select(r => r.Plan.Uid)];
        List<Pod> late = [.. now.Where(p => !uids.Contains(p.Uid()))];
        if (late.Count == 0)
            return [];
        cache.Admit(late);

        RuleContext context = new(scope.Options, await DaemonSetsAsync(late, cancellationToken), scope.Now);
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

    // A DaemonSet made since the plan was made is not gone.
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

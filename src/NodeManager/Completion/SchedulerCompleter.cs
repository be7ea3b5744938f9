using System.Collections;
using NodeManager.SchedulerControl.Discovery;

namespace NodeManager.Completion;

/// <summary>Deployments or ConfigMaps of schedulers. Never connects or throws.</summary>
public sealed class SchedulerCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        Completions
            .Read<ClusterScheduler>(
                bound,
                static async (session, found, cancel) => found.AddRange(await SchedulerFinder.FindAsync(session, new(), cancel))
            )
            .Select(scheduler =>
                parameter.EndsWith("ConfigMap", StringComparison.OrdinalIgnoreCase) ? scheduler.ConfigMap : scheduler.Deployment
            );
}

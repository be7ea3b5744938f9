using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.SchedulerControl.Discovery;

namespace NodeManager.Completion;

/// <summary>Deployments or ConfigMaps of schedulers. Never connects or throws.</summary>
public sealed class SchedulerCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) =>
        Completions.From(
            Completions
                .Read<ClusterScheduler>(
                    fakeBoundParameters,
                    static async (session, found, cancel) => found.AddRange(await SchedulerFinder.FindAsync(session, new(), cancel))
                )
                .Select(scheduler =>
                    parameterName.EndsWith("ConfigMap", StringComparison.OrdinalIgnoreCase) ? scheduler.ConfigMap : scheduler.Deployment
                ),
            wordToComplete
        );
}

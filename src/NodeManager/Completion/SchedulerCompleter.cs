using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Core.Scheduler.Discovery;

namespace NodeManager.Completion;

/// <summary>The schedulers of the clusters: their Deployments, or their ConfigMaps. Connects to nothing, and never throws.</summary>
public sealed class SchedulerCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var found = new List<ClusterScheduler>();
        using var limit = new CancellationTokenSource(Completions.Timeout);
        try
        {
            NodeManagerSession[] sessions = Completions.Sessions(fakeBoundParameters);
            Task.Run(async () =>
            {
                foreach (NodeManagerSession session in sessions)
                    found.AddRange(await SchedulerFinder.FindAsync(session, new(), limit.Token));
            }).GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            // What was found so far is better than nothing.
        }

        return Completions.From(
            found.Select(scheduler => parameterName.EndsWith("ConfigMap", StringComparison.OrdinalIgnoreCase) ? scheduler.ConfigMap : scheduler.Deployment),
            wordToComplete);
    }
}

using System.Collections;
using NodeManager.SchedulerControl.Plugins;

namespace NodeManager.Completion;

/// <summary>Known scheduler plugins, including those registered in the session.</summary>
public sealed class SchedulerPluginCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        PluginRegistry
            .Catalog(Completions.Sessions(bound).FirstOrDefault())
            .All.Select(plugin => plugin.Name)
            .Order(StringComparer.Ordinal);
}

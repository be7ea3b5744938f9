using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.SchedulerControl.Plugins;

namespace NodeManager.Completion;

/// <summary>Known scheduler plugins, including those registered in the session.</summary>
public sealed class SchedulerPluginCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) =>
        Completions.From(
            PluginRegistry
                .Catalog(Completions.Sessions(fakeBoundParameters).FirstOrDefault())
                .All.Select(plugin => plugin.Name)
                .Order(StringComparer.Ordinal),
            wordToComplete
        );
}

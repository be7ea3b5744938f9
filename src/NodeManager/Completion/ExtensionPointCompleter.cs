using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.SchedulerConfigurations.Catalog;

namespace NodeManager.Completion;

public sealed class ExtensionPointCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Completions.From(ExtensionPoints.Cycle.Append(ExtensionPoints.MultiPoint), wordToComplete);
}

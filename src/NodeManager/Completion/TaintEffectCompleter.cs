using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NodeManager.Completion;

public sealed class TaintEffectCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Completions.From(["NoSchedule", "PreferNoSchedule", "NoExecute"], wordToComplete);
}

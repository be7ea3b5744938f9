using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NodeManager.Completion;

public sealed class RequestVerbCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Completions.From(["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"], wordToComplete);
}

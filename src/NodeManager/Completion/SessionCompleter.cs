using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using NodeManager.Sessions;

namespace NodeManager.Completion;

public sealed class SessionCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Completions.From(SessionRegistry.List(Runspace.DefaultRunspace).Select(s => s.Cluster), wordToComplete);
}

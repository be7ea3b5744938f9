using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Completion;

public sealed class ContextCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        IReadOnlyList<string>? paths = fakeBoundParameters["Kubeconfig"] switch
        {
            string path => [path],
            object[] several => [.. several.OfType<string>()],
            _ => null,
        };
        return Completions.From(Kubeconfig.ListContexts(paths), wordToComplete);
    }
}

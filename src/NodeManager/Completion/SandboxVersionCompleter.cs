using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NodeManager.Completion;

/// <summary>The supported Kubernetes versions, newest first.</summary>
public sealed class SandboxVersionCompleter : IArgumentCompleter
{
    private const int Oldest = 20;
    private const int Newest = 37;

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) =>
        Completions.From(
            Enumerable
                .Range(Oldest, Newest - Oldest + 1)
                .Reverse()
                .Select(static minor => string.Create(CultureInfo.InvariantCulture, $"1.{minor}")),
            wordToComplete
        );
}

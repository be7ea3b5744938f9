using System.Collections;
using System.Management.Automation.Language;

namespace NodeManager.Completion;

/// <summary>Completes an argument with the candidates that match the typed text.</summary>
public abstract class CandidateCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Completions.From(Candidates(parameterName, fakeBoundParameters), wordToComplete);

    /// <param name="bound">The other parameters of the command line.</param>
    private protected abstract IEnumerable<string> Candidates(string parameter, IDictionary bound);
}

using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Sessions;

namespace NodeManager.Completion;

public sealed class SandboxFaultNameCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        try
        {
            string[] names =
            [
                .. Completions
                    .Sessions(fakeBoundParameters)
                    .SelectMany(session => session.Sandbox().GetFaults())
                    .Select(fault => fault.Request.Name!),
            ];
            return Completions.From(names, wordToComplete);
        }
        catch (NodeManagerException)
        {
            // Not an embedded cluster.
            return [];
        }
    }
}

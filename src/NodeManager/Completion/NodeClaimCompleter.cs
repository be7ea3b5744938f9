using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Autoscaling.Host;

namespace NodeManager.Completion;

/// <summary>Never connects or throws; see <see cref="NodeCompleter"/>.</summary>
public sealed class NodeClaimCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        string ns = fakeBoundParameters["Namespace"] as string ?? Autoscaling.Resources.NodeSmithNames.DefaultNamespace;
        return Completions.From(
            Completions.Read<string>(
                fakeBoundParameters,
                async (session, names, cancel) =>
                    names.AddRange((await NodeClaims.ReadAsync(session, ns, [], [], cancel)).Select(static claim => claim.Name))
            ),
            wordToComplete
        );
    }
}

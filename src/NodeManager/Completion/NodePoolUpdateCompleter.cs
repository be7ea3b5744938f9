using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.Completion;

/// <summary>The names of pools with an update. Never connects or throws; see <see cref="NodeCompleter"/>.</summary>
public sealed class NodePoolUpdateCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        PoolUpdatePlace place = new(fakeBoundParameters["Namespace"] as string ?? "", fakeBoundParameters["Provider"] as string ?? "");
        return Completions.From(
            Completions.Read<string>(
                fakeBoundParameters,
                async (session, names, cancel) =>
                    names.AddRange((await PoolUpdates.ReadAsync(session, place, [], cancel)).Select(static update => update.Pool))
            ),
            wordToComplete
        );
    }
}

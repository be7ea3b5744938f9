using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Core.Rolling;

namespace NodeManager.Completion;

/// <summary>The names of pools that have an update. Connects to nothing, and never throws; see <see cref="NodeCompleter"/>.</summary>
public sealed class NodePoolUpdateCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        using var limit = new CancellationTokenSource(Completions.Timeout);
        try
        {
            NodeManagerSession[] sessions = Completions.Sessions(fakeBoundParameters);
            string ns = fakeBoundParameters["Namespace"] as string ?? Core.Autoscaling.Resources.NodeSmithNames.DefaultNamespace;
            return Completions.From(Task.Run(() => ReadAsync(sessions, ns, limit.Token)).GetAwaiter().GetResult(), wordToComplete);
        }
        catch (Exception)
        {
            return [];
        }
    }

    private static async Task<List<string>> ReadAsync(NodeManagerSession[] sessions, string ns, CancellationToken cancellationToken)
    {
        List<string> names = [];
        foreach (NodeManagerSession session in sessions)
            names.AddRange((await PoolUpdates.ReadAsync(session, ns, [], cancellationToken)).Select(static update => update.Pool));
        return names;
    }
}

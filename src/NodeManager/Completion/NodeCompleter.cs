using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Completion;

/// <summary>
/// Candidates from the nodes of the sessions that are there. Connects to nothing, as Tab must neither wait long nor ask for a login,
/// and never throws, as that would break the line being typed.
/// </summary>
public abstract class NodeCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.From(Select(ReadNodes(fakeBoundParameters)), wordToComplete);

    private protected abstract IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes);

    private static List<ClusterNode> ReadNodes(IDictionary boundParameters)
    {
        using var limit = new CancellationTokenSource(Completions.Timeout);
        try
        {
            NodeManagerSession[] sessions = Completions.Sessions(boundParameters);
            return Task.Run(() => ReadNodesAsync(sessions, limit.Token)).GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            return [];
        }
    }

    private static async Task<List<ClusterNode>> ReadNodesAsync(NodeManagerSession[] sessions, CancellationToken cancellationToken)
    {
        var nodes = new List<ClusterNode>();
        foreach (NodeManagerSession session in sessions)
            nodes.AddRange(await CompletionReader.ReadNodesAsync(session, cancellationToken));

        return nodes;
    }
}

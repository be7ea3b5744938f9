using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Core.Maintenance;
using NodeManager.Core.Maintenance.Options;

namespace NodeManager.Completion;

/// <summary>The ids of maintenance runs, the newest first. Connects to nothing, and never throws; see <see cref="NodeCompleter"/>.</summary>
public sealed class MaintenanceRunCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        using var limit = new CancellationTokenSource(Completions.Timeout);
        try
        {
            NodeManagerSession[] sessions = Completions.Sessions(fakeBoundParameters);
            string ns = fakeBoundParameters["Namespace"] as string ?? MaintenanceRequest.DefaultNamespace;
            return Completions.From(Task.Run(() => ReadAsync(sessions, ns, limit.Token)).GetAwaiter().GetResult(), wordToComplete);
        }
        catch (Exception)
        {
            return [];
        }
    }

    private static async Task<List<string>> ReadAsync(NodeManagerSession[] sessions, string ns, CancellationToken cancellationToken)
    {
        List<string> ids = [];
        foreach (NodeManagerSession session in sessions)
            ids.AddRange(await MaintenanceReader.IdsAsync(session, ns, cancellationToken));
        return ids;
    }
}

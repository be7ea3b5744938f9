using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Core.Autoscaling.Providers;
using NodeManager.Core.Machines;
using NodeManager.Sessions;

namespace NodeManager.Completion;

/// <summary>The names of providers. Connects to nothing, and never throws; see <see cref="NodeCompleter"/>.</summary>
public sealed class NodeProviderCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        using var limit = new CancellationTokenSource(Completions.Timeout);
        try
        {
            NodeManagerSession[] sessions = Completions.Sessions(fakeBoundParameters);
            string? ns = fakeBoundParameters["Namespace"] as string;
            return Completions.From(Task.Run(() => ReadAsync(sessions, ns, limit.Token)).GetAwaiter().GetResult(), wordToComplete);
        }
        catch (Exception)
        {
            return [];
        }
    }

    private static async Task<List<string>> ReadAsync(NodeManagerSession[] sessions, string? ns, CancellationToken cancellationToken)
    {
        List<string> names = [];
        foreach (NodeManagerSession session in sessions) names.AddRange(await NodeProviderReader.NamesAsync(session, ns, cancellationToken));
        return names;
    }
}

/// <summary>The types of providers that are known.</summary>
public sealed class NodeProviderTypeCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        MachineSessions.Prepare();
        return Completions.From(MachineProviderRegistry.Shared.Types, wordToComplete);
    }
}

/// <summary>The names of machines, of the provider on the line where one is there. Connects to clusters' providers within the time of Tab.</summary>
public sealed class MachineCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        using var limit = new CancellationTokenSource(Completions.Timeout);
        try
        {
            MachineSessions.Prepare();
            NodeManagerSession[] sessions = Completions.Sessions(fakeBoundParameters);
            string[] providers = fakeBoundParameters["Provider"] is { } given && given.ToString() is { Length: > 0 } name ? [name] : [];
            return Completions.From(Task.Run(() => ReadAsync(sessions, providers, fakeBoundParameters["Namespace"] as string, limit.Token)).GetAwaiter().GetResult(), wordToComplete);
        }
        catch (Exception)
        {
            return [];
        }
    }

    private static async Task<List<string>> ReadAsync(NodeManagerSession[] sessions, string[] providers, string? ns, CancellationToken cancellationToken)
    {
        List<string> names = [];
        foreach (NodeManagerSession session in sessions)
            await foreach (Machine machine in MachineManager.ReadAsync(session, providers, ns, [], static _ => { }, cancellationToken)) names.Add(machine.Name);
        return names;
    }
}

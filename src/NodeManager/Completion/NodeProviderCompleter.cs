using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Autoscaling.Providers;
using NodeManager.Core.Machines;
using NodeManager.Sessions;

namespace NodeManager.Completion;

/// <summary>Never connects or throws; see <see cref="NodeCompleter"/>.</summary>
public sealed class NodeProviderCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        string? ns = fakeBoundParameters["Namespace"] as string;
        return Completions.From(
            Completions.Read<string>(
                fakeBoundParameters,
                async (session, names, cancel) => names.AddRange(await NodeProviderReader.NamesAsync(session, ns, cancel))
            ),
            wordToComplete
        );
    }
}

public sealed class NodeProviderTypeCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        MachineSessions.Prepare();
        return Completions.From(MachineProviderRegistry.Shared.Types, wordToComplete);
    }
}

/// <summary>The names of machines, of the provider on the command line if any. Connects to providers within the time limit.</summary>
public sealed class MachineCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        string[] providers = fakeBoundParameters["Provider"] is { } given && given.ToString() is { Length: > 0 } name ? [name] : [];
        string? ns = fakeBoundParameters["Namespace"] as string;
        return Completions.From(
            Completions.Read<string>(
                fakeBoundParameters,
                async (session, names, cancel) =>
                {
                    await foreach (Machine machine in MachineManager.ReadAsync(session, providers, ns, [], static _ => { }, cancel))
                        names.Add(machine.Name);
                }
            ),
            wordToComplete
        );
    }
}

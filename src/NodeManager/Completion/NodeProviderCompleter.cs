using System.Collections;
using NodeManager.Autoscaling.Providers;
using NodeManager.Core.Machines;
using NodeManager.Sessions;

namespace NodeManager.Completion;

/// <summary>Never connects or throws; see <see cref="NodeCompleter"/>.</summary>
public sealed class NodeProviderCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound)
    {
        string? ns = bound["Namespace"] as string;
        return Completions.Read<string>(
            bound,
            async (session, names, cancel) => names.AddRange(await NodeProviderReader.NamesAsync(session, ns, cancel))
        );
    }
}

public sealed class NodeProviderTypeCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound)
    {
        MachineSessions.Prepare();
        return MachineProviderRegistry.Shared.Types;
    }
}

/// <summary>The names of machines, of the provider on the command line if any. Connects to providers within the time limit.</summary>
public sealed class MachineCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound)
    {
        string[] providers = bound["Provider"] is { } given && given.ToString() is { Length: > 0 } name ? [name] : [];
        string? ns = bound["Namespace"] as string;
        return Completions.Read<string>(
            bound,
            async (session, names, cancel) =>
            {
                await foreach (Machine machine in MachineManager.ReadAsync(session, providers, ns, [], static _ => { }, cancel))
                    names.Add(machine.Name);
            }
        );
    }
}

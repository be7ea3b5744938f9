using System.Collections;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;

namespace NodeManager.Completion;

/// <summary>The ids of maintenance runs, newest first. Never connects or throws; see <see cref="NodeCompleter"/>.</summary>
public sealed class MaintenanceRunCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound)
    {
        string ns = bound["Namespace"] as string ?? MaintenanceRequest.DefaultNamespace;
        return Completions.Read<string>(
            bound,
            async (session, names, cancel) => names.AddRange(await MaintenanceReader.IdsAsync(session, ns, cancel))
        );
    }
}

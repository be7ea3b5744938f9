using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;

namespace NodeManager.Completion;

/// <summary>The ids of maintenance runs, newest first. Never connects or throws; see <see cref="NodeCompleter"/>.</summary>
public sealed class MaintenanceRunCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        string ns = fakeBoundParameters["Namespace"] as string ?? MaintenanceRequest.DefaultNamespace;
        return Completions.From(
            Completions.Read<string>(
                fakeBoundParameters,
                async (session, names, cancel) => names.AddRange(await MaintenanceReader.IdsAsync(session, ns, cancel))
            ),
            wordToComplete
        );
    }
}

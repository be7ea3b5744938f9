using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Core.Health;

namespace NodeManager.Commands;

/// <summary>What is wrong with nodes, since when, and what shows it: an object per node, healthy ones too.</summary>
[Cmdlet(VerbsDiagnostic.Test, "NodeHealth", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeHealth))]
public sealed class TestNodeHealthCommand : NodeQueryCmdlet
{
    /// <summary>Only findings of this severity or worse, and only nodes that have one; without it, all nodes with all findings.</summary>
    [Parameter]
    [ValidateSet(NodeFindingSeverity.Critical, NodeFindingSeverity.Warning, NodeFindingSeverity.Information)]
    public string? Severity { get; set; }

    private protected override void Read(NodeManagerSession session, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> uids)
    {
        // The set takes any case.
        string? severity = Severity is null
            ? null
            : NodeFindingSeverity.All.First(one => one.Equals(Severity, StringComparison.OrdinalIgnoreCase));
        HealthQuery query = new()
        {
            Names = names,
            Uids = uids,
            Selector = Selector,
            Severity = severity,
        };
        Sessions.StartIn(
            session,
            session,
            async worker =>
            {
                foreach (
                    NodeHealth health in await NodeHealthChecks.TestAsync(
                        session,
                        query,
                        e => worker.Error(e, e.Target),
                        worker,
                        worker.Token
                    )
                )
                    worker.Output(health);
            }
        );
    }
}

using NodeManager.Core.Health;

namespace NodeManager.Commands;

/// <summary>Tests nodes and emits one object per node, healthy nodes included.</summary>
[Cmdlet(VerbsDiagnostic.Test, "NodeHealth", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeHealth))]
public sealed class TestNodeHealthCommand : NodeQueryCmdlet
{
    /// <summary>The minimum severity. Nodes without such findings are omitted; by default, all nodes are emitted.</summary>
    [Parameter]
    [ValidateSet(NodeFindingSeverity.Critical, NodeFindingSeverity.Warning, NodeFindingSeverity.Information)]
    public string? Severity { get; set; }

    private protected override void Read(NodeManagerSession session, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> uids)
    {
        // ValidateSet ignores case.
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

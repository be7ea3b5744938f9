using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Monitoring.Alerts;

namespace NodeManager.Commands;

/// <summary>Lists open alerts of a session, and recent resolved ones.</summary>
[Cmdlet(VerbsCommon.Get, "NodeAlert")]
[OutputType(typeof(NodeAlert))]
public sealed class GetNodeAlertCommand : SessionCmdlet
{
    /// <summary>Names; wildcards. Alerts of the monitor itself have none.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    [Parameter]
    [ValidateSet(nameof(NodeAlertStatus.Firing), nameof(NodeAlertStatus.Resolved), nameof(NodeAlertStatus.Unobserved))]
    public string[] Status { get; set; } = [];

    [Parameter]
    [ValidateSet(nameof(NodeFindingSeverity.Critical), nameof(NodeFindingSeverity.Warning), nameof(NodeFindingSeverity.Information))]
    public string[] Severity { get; set; } = [];

    [Parameter]
    [ArgumentCompleter(typeof(NodeAlertCauseCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Cause { get; set; } = [];

    private protected override void End()
    {
        Predicate<string> isNamed = NamePattern.Any(Name);
        Predicate<string> isCause = NamePattern.Any(Cause);
        foreach (NodeManagerSession session in Sessions)
        {
            NodeAlerts alerts = session.Get<NodeAlerts>();
            IReadOnlyList<NodeAlert> all = alerts.List(session.Time().GetUtcNow());
            if (alerts.Monitors == 0 && all.Count == 0)
                WriteWarning(
                    $"No monitor runs in cluster '{session.Cluster}', so no alerts are known. To start one, use Start-NodeHealthMonitor."
                );
            foreach (NodeAlert alert in all)
            {
                if (
                    (Name.Length == 0 || alert.Nodes.Any(node => isNamed(node)))
                    && (Cause.Length == 0 || isCause(alert.Cause))
                    && (Status.Length == 0 || Status.Contains(alert.Status, StringComparer.OrdinalIgnoreCase))
                    && (Severity.Length == 0 || Severity.Contains(alert.Severity, StringComparer.OrdinalIgnoreCase))
                )
                    WriteObject(alert);
            }
        }
    }
}

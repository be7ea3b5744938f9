using Microsoft.Extensions.Logging;
using NodeManager.SchedulerControl.Telemetry;

namespace NodeManager.SchedulerControl.Health;

/// <summary>
/// The last health of a session's schedulers by check: subscribers of its alerts receive each new fault and each recovery once. One for
/// each session (<see cref="Core.Sessions.ClusterConnection.Get{T}()"/>).
/// </summary>
internal sealed class SchedulerHealthAlerts
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Scheduler, string Check), int> _seen = [];

    /// <summary>
    /// Raises an alert for each check that is worse than at the session's last check (at first: than healthy) or healthy again.
    /// </summary>
    /// <param name="session">The session whose subscribers receive the alerts.</param>
    /// <param name="findings">A check that is Unknown or was not made counts as unchanged.</param>
    /// <param name="logger">Receives failures of subscribers.</param>
    public void Raise(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        IReadOnlyList<SchedulerHealthFinding> findings,
        ILogger logger
    )
    {
        foreach (var alert in Compare(scheduler.ToString(), findings))
            SchedulerAlerts.Raise(session, logger, alert);
    }

    private List<SchedulerAlertEventArgs> Compare(string scheduler, IReadOnlyList<SchedulerHealthFinding> findings)
    {
        List<SchedulerAlertEventArgs> alerts = [];
        lock (_gate)
        {
            foreach (
                var check in findings.Where(finding => finding.Status != SchedulerHealthStatus.Unknown).GroupBy(finding => finding.Check)
            )
            {
                var now = check.Max(Severity);
                var before = _seen.GetValueOrDefault((scheduler, check.Key));
                _seen[(scheduler, check.Key)] = now;
                if (now > before || (now == 0 && before > 0))
                    alerts.Add(Alert(scheduler, now == 0, check.Where(finding => Severity(finding) == now)));
            }
        }

        return alerts;
    }

    private static SchedulerAlertEventArgs Alert(string scheduler, bool isHealthy, IEnumerable<SchedulerHealthFinding> findings) =>
        new()
        {
            Reason = isHealthy ? "SchedulerHealthy" : "SchedulerUnhealthy",
            Type = isHealthy ? "Normal" : "Warning",
            Scheduler = scheduler,
            Message = string.Join(
                "; ",
                findings.Select(finding => $"{finding.Check}: {finding.Status}: {finding.Subject}: {finding.Message}")
            ),
        };

    private static int Severity(SchedulerHealthFinding finding) =>
        finding.Status switch
        {
            SchedulerHealthStatus.Healthy => 0,
            SchedulerHealthStatus.Warning => 1,
            _ => 2,
        };
}

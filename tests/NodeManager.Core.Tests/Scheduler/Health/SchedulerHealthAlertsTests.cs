using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Health;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Scheduler.Health;

public sealed class SchedulerHealthAlertsTests : IDisposable
{
    private static readonly ClusterScheduler First = new()
    {
        Namespace = "kube-system",
        ConfigMap = "first-config",
        Key = "config.yaml",
        Deployment = "first",
    };

    private readonly NodeManagerSession _session = OfflineSession.Create(1, "prod");
    private readonly List<SchedulerAlertEventArgs> _told = [];

    public SchedulerHealthAlertsTests() => _session.SchedulerAlert += (_, alert) => _told.Add(alert);

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Nodes_that_are_healthy_from_the_start_are_not_reported()
    {
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Healthy));
        Assert.Empty(_told);
    }

    [Fact]
    public void A_fault_is_reported_once_and_its_recovery_once()
    {
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Healthy));
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Error));
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Error));
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Healthy));
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Healthy));

        Assert.Equal(
            [("Warning", "SchedulerUnhealthy"), ("Normal", "SchedulerHealthy")],
            _told.Select(alert => (alert.Type, alert.Reason))
        );
        Assert.All(_told, alert => Assert.Equal(First.ToString(), alert.Scheduler));
        Assert.Equal("Leader: Error: it: as seen", _told[0].Message);
    }

    [Fact]
    public void New_and_worsening_findings_are_reported_and_improving_ones_are_not()
    {
        Look(("Pod", SchedulerHealthStatus.Warning));
        Look(("Pod", SchedulerHealthStatus.Warning), ("Pod", SchedulerHealthStatus.Error));
        Look(("Pod", SchedulerHealthStatus.Warning));

        Assert.Equal(["Pod: Warning: it: as seen", "Pod: Error: it: as seen"], _told.Select(alert => alert.Message));
    }

    [Fact]
    public void Unknown_or_unchecked_findings_keep_their_state()
    {
        Look(("Scheduling", SchedulerHealthStatus.Unknown), ("Leader", SchedulerHealthStatus.Error));
        Look(("Leader", SchedulerHealthStatus.Unknown));
        Look(("Pod", SchedulerHealthStatus.Healthy));
        Look(("Leader", SchedulerHealthStatus.Error));

        Assert.Single(_told);
    }

    [Fact]
    public void Each_scheduler_and_each_session_is_reported_separately()
    {
        using NodeManagerSession other = OfflineSession.Create(2, "prod");
        Look(("Pod", SchedulerHealthStatus.Error));
        other.Get<SchedulerHealthAlerts>().Raise(other, First, [Finding("Pod", SchedulerHealthStatus.Healthy)], NullLogger.Instance);
        _session
            .Get<SchedulerHealthAlerts>()
            .Raise(_session, First with { Deployment = "second" }, [Finding("Pod", SchedulerHealthStatus.Error)], NullLogger.Instance);

        Assert.Equal([First.ToString(), (First with { Deployment = "second" }).ToString()], _told.Select(alert => alert.Scheduler));
    }

    [Fact]
    public void A_failing_subscriber_does_not_affect_other_subscribers()
    {
        _session.SchedulerAlert += static (_, _) => throw new InvalidOperationException("no runspace");
        List<SchedulerAlertEventArgs> others = [];
        _session.SchedulerAlert += (_, alert) => others.Add(alert);
        ListLogger logger = new();

        _session.Get<SchedulerHealthAlerts>().Raise(_session, First, [Finding("Pod", SchedulerHealthStatus.Error)], logger);

        Assert.Equal((1, 1), (_told.Count, others.Count));
        Assert.Contains("failed at SchedulerUnhealthy: no runspace", Assert.Single(logger.Entries).Message, StringComparison.Ordinal);
    }

    private void Look(params (string Check, string Status)[] findings) =>
        _session
            .Get<SchedulerHealthAlerts>()
            .Raise(_session, First, [.. findings.Select(finding => Finding(finding.Check, finding.Status))], NullLogger.Instance);

    private SchedulerHealthFinding Finding(string check, string status) =>
        new()
        {
            Cluster = _session.Cluster,
            Session = _session,
            Namespace = First.Namespace,
            ConfigMap = First.ConfigMap,
            Key = First.Key,
            Deployment = First.Deployment,
            Check = check,
            Status = status,
            Subject = "it",
            Message = "as seen",
        };
}

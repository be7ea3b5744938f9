using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Scheduler.Discovery;
using NodeManager.Core.Scheduler.Health;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Scheduler.Health;

public sealed class SchedulerHealthAlertsTests : IDisposable
{
    private static readonly ClusterScheduler First = new() { Namespace = "kube-system", ConfigMap = "first-config", Key = "config.yaml", Deployment = "first" };

    private readonly NodeManagerSession session = OfflineSession.Create(1, "prod");
    private readonly List<SchedulerAlertEventArgs> told = [];

    public SchedulerHealthAlertsTests() => session.SchedulerAlert += (_, alert) => told.Add(alert);

    public void Dispose() => session.Dispose();

    [Fact]
    public void What_is_well_from_the_start_is_not_told()
    {
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Healthy));
        Assert.Empty(told);
    }

    [Fact]
    public void What_turns_bad_is_told_once_and_once_more_when_it_is_well_again()
    {
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Healthy));
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Error));
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Error));
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Healthy));
        Look(("Pod", SchedulerHealthStatus.Healthy), ("Leader", SchedulerHealthStatus.Healthy));

        Assert.Equal([("Warning", "SchedulerUnhealthy"), ("Normal", "SchedulerHealthy")], told.Select(alert => (alert.Type, alert.Reason)));
        Assert.All(told, alert => Assert.Equal(First.ToString(), alert.Scheduler));
        Assert.Equal("Leader: Error: it: as seen", told[0].Message);
    }

    [Fact]
    public void What_is_bad_at_the_first_look_or_gets_worse_is_told_and_what_gets_less_bad_is_not()
    {
        Look(("Pod", SchedulerHealthStatus.Warning));
        Look(("Pod", SchedulerHealthStatus.Warning), ("Pod", SchedulerHealthStatus.Error));
        Look(("Pod", SchedulerHealthStatus.Warning));

        Assert.Equal(["Pod: Warning: it: as seen", "Pod: Error: it: as seen"], told.Select(alert => alert.Message));
    }

    [Fact]
    public void What_is_unknown_or_not_looked_at_stays_as_it_was()
    {
        Look(("Scheduling", SchedulerHealthStatus.Unknown), ("Leader", SchedulerHealthStatus.Error));
        Look(("Leader", SchedulerHealthStatus.Unknown));
        Look(("Pod", SchedulerHealthStatus.Healthy));
        Look(("Leader", SchedulerHealthStatus.Error));

        Assert.Single(told);
    }

    [Fact]
    public void Each_scheduler_and_each_session_is_told_by_itself()
    {
        using NodeManagerSession other = OfflineSession.Create(2, "prod");
        Look(("Pod", SchedulerHealthStatus.Error));
        other.Get<SchedulerHealthAlerts>().Tell(other, First, [Finding("Pod", SchedulerHealthStatus.Healthy)], NullLogger.Instance);
        session.Get<SchedulerHealthAlerts>().Tell(session, First with { Deployment = "second" }, [Finding("Pod", SchedulerHealthStatus.Error)], NullLogger.Instance);

        Assert.Equal([First.ToString(), (First with { Deployment = "second" }).ToString()], told.Select(alert => alert.Scheduler));
    }

    [Fact]
    public void A_subscriber_that_fails_keeps_nobody_from_being_told()
    {
        session.SchedulerAlert += static (_, _) => throw new InvalidOperationException("no runspace");
        List<SchedulerAlertEventArgs> others = [];
        session.SchedulerAlert += (_, alert) => others.Add(alert);
        ListLogger logger = new();

        session.Get<SchedulerHealthAlerts>().Tell(session, First, [Finding("Pod", SchedulerHealthStatus.Error)], logger);

        Assert.Equal((1, 1), (told.Count, others.Count));
        Assert.Contains("failed at SchedulerUnhealthy: no runspace", Assert.Single(logger.Entries).Message, StringComparison.Ordinal);
    }

    private void Look(params (string Check, string Status)[] findings) =>
        session.Get<SchedulerHealthAlerts>().Tell(session, First, [.. findings.Select(finding => Finding(finding.Check, finding.Status))], NullLogger.Instance);

    private SchedulerHealthFinding Finding(string check, string status) => new()
    {
        Cluster = session.Cluster,
        Session = session,
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

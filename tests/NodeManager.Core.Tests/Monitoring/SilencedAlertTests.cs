using System.Collections.Concurrent;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Alerts;
using NodeManager.Monitoring;
using NodeManager.Monitoring.Alerts;
using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Monitoring.Alerts.Silences;
using static NodeManager.Core.Tests.Monitoring.FaultAlertTests;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>A silence stored in the cluster holds alerts back from sinks, and its end sends what is still open.</summary>
public sealed class SilencedAlertTests
{
    private static readonly AlertSilenceRequest Disk = new()
    {
        Causes = ["Disk*"],
        Reason = "disks are exchanged",
        Duration = TimeSpan.FromMinutes(10),
    };

    [Fact]
    public async Task A_silenced_alert_is_sent_when_its_silence_ends_and_then_resolved()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8);
        Sinks sinks = new();
        RunningOperation monitor = await cluster.MonitorAsync(sinks.Request(cluster));
        string node = await HealthyAsync(cluster);
        NodeAlertSilence silence = await cluster.AwaitAsync(AlertSilences.CreateAsync(cluster.Session, Disk, dryRun: false, default));
        Fail(cluster, node);
        NodeAlert raised = await AlertAsync(cluster, monitor, node, NodeFindingCause.DiskPressure, NodeAlertTransition.Raised);
        Assert.Equal((silence.Id, "disks are exchanged"), (raised.Silence?.Id, raised.Silence?.Reason));
        await cluster.PassAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(sinks.Plain.Taken, taken => taken.StartsWith(raised.Id, StringComparison.Ordinal));
        // Alertmanager has silences of its own.
        Assert.Contains(raised.TransitionId, sinks.State.Taken);
        Assert.Contains(sinks.State.Applied, applied => applied.Any(one => one.Silence.Id == silence.Id && one.IsWanted));

        await cluster.PassAsync(TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(1));
        await cluster.UntilAsync(
            () => sinks.Plain.Taken.Any(taken => taken.StartsWith(raised.Id, StringComparison.Ordinal)),
            "the alert is sent"
        );
        Assert.Null(cluster.Session.Get<NodeAlerts>().List().Single(alert => alert.Id == raised.Id).Silence);

        // A receiver that has the alert gets its end, silenced or not.
        await cluster.AwaitAsync(AlertSilences.CreateAsync(cluster.Session, Disk, dryRun: false, default));
        cluster.Cluster.ClearFault("disk");
        NodeAlert resolved = await AlertAsync(cluster, monitor, node, NodeFindingCause.DiskPressure, NodeAlertTransition.Resolved);
        await cluster.UntilAsync(() => sinks.Plain.Taken.Contains(resolved.TransitionId), "the end is sent");
        await MonitoredCluster.StopAsync(monitor);
    }

    [Fact]
    public async Task An_alert_that_was_never_sent_ends_without_a_word()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8);
        Sinks sinks = new();
        RunningOperation monitor = await cluster.MonitorAsync(sinks.Request(cluster));
        string node = await HealthyAsync(cluster);
        await cluster.AwaitAsync(AlertSilences.CreateAsync(cluster.Session, Disk, dryRun: false, default));
        Fail(cluster, node);
        NodeAlert raised = await AlertAsync(cluster, monitor, node, NodeFindingCause.DiskPressure, NodeAlertTransition.Raised);
        cluster.Cluster.ClearFault("disk");
        NodeAlert resolved = await AlertAsync(cluster, monitor, node, NodeFindingCause.DiskPressure, NodeAlertTransition.Resolved);
        await cluster.UntilAsync(() => sinks.State.Taken.Contains(resolved.TransitionId), "the end reaches Alertmanager");
        Assert.DoesNotContain(sinks.Plain.Taken, taken => taken.StartsWith(raised.Id, StringComparison.Ordinal));
        await MonitoredCluster.StopAsync(monitor);
    }

    [Fact]
    public async Task An_acknowledgement_covers_the_alert_and_not_the_next_one_of_its_kind()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8);
        Sinks sinks = new();
        RunningOperation monitor = await cluster.MonitorAsync(sinks.Request(cluster));
        string node = await HealthyAsync(cluster);
        Fail(cluster, node);
        NodeAlert raised = await AlertAsync(cluster, monitor, node, NodeFindingCause.DiskPressure, NodeAlertTransition.Raised);
        NodeAlertSilence silence = await cluster.AwaitAsync(
            AlertSilences.CreateAsync(
                cluster.Session,
                AlertSilenceRequest.Of(raised, "I am on it") with
                {
                    UntilResolved = true,
                    Duration = TimeSpan.FromHours(4),
                },
                dryRun: false,
                default
            )
        );
        NodeAlert acknowledged = await AlertAsync(cluster, monitor, node, NodeFindingCause.DiskPressure, NodeAlertTransition.Updated);
        Assert.Equal(silence.Id, acknowledged.Silence?.Id);

        cluster.Cluster.ClearFault("disk");
        NodeAlert resolved = await AlertAsync(cluster, monitor, node, NodeFindingCause.DiskPressure, NodeAlertTransition.Resolved);
        await cluster.UntilAsync(() => sinks.Plain.Taken.Contains(resolved.TransitionId), "the end is sent");
        Fail(cluster, node);
        await cluster.UntilAsync(
            () =>
                MonitoredCluster
                    .AlertsOf(monitor)
                    .Any(alert => alert.Cause == raised.Cause && alert.Id != raised.Id && alert.Nodes.Contains(node)),
            "the next alert"
        );
        NodeAlert next = MonitoredCluster.AlertsOf(monitor).Last(alert => alert.Cause == raised.Cause && alert.Nodes.Contains(node));
        Assert.Null(next.Silence);
        await cluster.UntilAsync(() => sinks.Plain.Taken.Contains(next.TransitionId), "it is sent");
        await MonitoredCluster.StopAsync(monitor);
    }

    [Fact]
    public async Task A_second_silence_of_the_same_alerts_replaces_the_first_and_a_removed_one_is_gone()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(4);
        NodeAlertSilence first = await cluster.AwaitAsync(AlertSilences.CreateAsync(cluster.Session, Disk, dryRun: false, default)),
            second =
                await cluster.AwaitAsync(
                    AlertSilences.CreateAsync(
                        cluster.Session,
                        Disk with
                        {
                            Reason = "longer",
                            Duration = TimeSpan.FromHours(9),
                        },
                        dryRun: false,
                        default
                    )
                );
        NodeAlertSilence only = Assert.Single(await cluster.AwaitAsync(AlertSilences.ListAsync(cluster.Session, all: false, default)));
        Assert.Equal((first.Id, second.EndsAt, "longer"), (only.Id, only.EndsAt, only.Reason));
        Assert.True(await cluster.AwaitAsync(AlertSilences.RemoveAsync(cluster.Session, first.Id, default)));
        NodeManagerException gone = await Assert.ThrowsAsync<NodeManagerException>(() =>
            cluster.AwaitAsync(AlertSilences.RemoveAsync(cluster.Session, first.Id, default))
        );
        Assert.Equal(ErrorIds.AlertSilenceNotFound, gone.ErrorId);
    }

    [Theory]
    [InlineData("", "NotReady", 60)]
    [InlineData("reason", "", 60)]
    [InlineData("reason", "NotReady", 59)]
    [InlineData("reason", "NotReady", 90 * 86_400 + 1)]
    [InlineData("reason", "[z-a]", 60)]
    public void A_silence_that_cannot_be_meant_is_refused(string reason, string cause, int seconds)
    {
        AlertSilenceRequest request = new()
        {
            Causes = cause.Length > 0 ? [cause] : [],
            Reason = reason,
            Duration = TimeSpan.FromSeconds(seconds),
        };
        Assert.Equal(ErrorIds.AlertSilenceInvalid, Assert.Throws<NodeManagerException>(request.Check).ErrorId);
    }

    private static void Fail(MonitoredCluster cluster, string node) =>
        cluster.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.DiskPressure,
                Name = "disk",
                Nodes = [node],
            }
        );

    private sealed class Sinks
    {
        public RecordingSink Plain { get; } = new("plain");

        public StateSink State { get; } = new();

        public MonitorRequest Request(MonitoredCluster cluster) =>
            new()
            {
                Session = cluster.Session,
                Sinks = new Dictionary<string, AlertSinkDefinition> { ["plain"] = new Given(Plain), ["state"] = new Given(State) },
            };
    }

    private sealed class Given(IAlertSink sink) : AlertSinkDefinition
    {
        public override string Type => "Test";

        public override IAlertSink Create(string name, AlertSinkContext context) => sink;
    }

    private sealed class StateSink : IAlertStateSink, IAlertSilenceSink
    {
        public string Name => "state";

        public TimeSpan Timeout => TimeSpan.FromSeconds(15);

        public TimeSpan Interval => TimeSpan.FromHours(1);

        public TimeSpan ResolvedFor => TimeSpan.FromMinutes(15);

        public ConcurrentQueue<string> Taken { get; } = new();

        public ConcurrentQueue<IReadOnlyList<SinkSilence>> Applied { get; } = new();

        public Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken)
        {
            Taken.Enqueue(alert.TransitionId);
            return Task.CompletedTask;
        }

        public Task PostAsync(IReadOnlyList<NodeAlert> alerts, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ApplyAsync(string cluster, IReadOnlyList<SinkSilence> silences, CancellationToken cancellationToken)
        {
            Applied.Enqueue(silences);
            return Task.CompletedTask;
        }
    }
}

using System.Collections.Concurrent;
using NodeManager.Core.Operations;
using NodeManager.Monitoring.Alerts.Delivery;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>A sink that does not accept alerts fast enough.</summary>
public sealed class DroppedAlertTests
{
    [Fact]
    public async Task A_full_queue_is_an_alert_until_its_sink_accepts_alerts_again()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(12);
        GatedSinkDefinition stuck = new(),
            good = new();
        good.Gate.SetResult();
        RunningOperation monitor = await cluster.MonitorAsync(
            new()
            {
                Session = cluster.Session,
                QueueLimit = 2,
                Options = new() { GroupBy = NodeAlertGroupBy.None },
                Sinks = new Dictionary<string, AlertSinkDefinition> { ["stuck"] = stuck, ["good"] = good },
            }
        );
        HashSet<string> troubled = cluster.Troubled;
        string[] nodes = [.. (await cluster.NodesAsync()).Where(name => !troubled.Contains(name)).Take(6)];

        // Of six, one is being sent and two wait. They come one after the other, so that the other sink takes them all.
        foreach (string node in nodes)
        {
            cluster.Cluster.SetFault(
                new()
                {
                    Kind = SandboxFaultKind.MemoryPressure,
                    Name = node,
                    Nodes = [node],
                }
            );
            await cluster.UntilAsync(() => good.Taken.Any(alert => alert.Nodes.Contains(node)), $"the alert about {node}");
        }

        await cluster.UntilAsync(() => good.Taken.Any(IsDropped), "the alert about the queue");
        NodeAlert dropped = good.Taken.First(IsDropped);
        Assert.Equal(
            (NodeAlertTransition.Raised, NodeFindingSeverity.Warning, "stuck", 0),
            (dropped.Transition, dropped.Severity, dropped.Labels["sink"], dropped.Nodes.Count)
        );
        Assert.Empty(stuck.Taken);

        stuck.Gate.SetResult();
        await cluster.UntilAsync(
            () => good.Taken.Any(static alert => IsDropped(alert) && alert.Transition == NodeAlertTransition.Resolved),
            "its end"
        );
        Assert.NotEmpty(stuck.Taken);
        Assert.Single(good.Taken.Where(IsDropped).Select(static alert => alert.Id).Distinct());
        await MonitoredCluster.StopAsync(monitor);
    }

    private static bool IsDropped(NodeAlert alert) => alert.Cause == NodeAlertCause.AlertsDropped;

    /// <summary>Takes alerts when its gate is open.</summary>
    private sealed class GatedSinkDefinition : AlertSinkDefinition
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<NodeAlert> Taken { get; } = new();

        public override string Type => NodeAlertSinkType.Webhook;

        public override IAlertSink Create(string name, AlertSinkContext context) => new Sink(name, this);

        private sealed class Sink(string name, GatedSinkDefinition definition) : IAlertSink
        {
            public string Name => name;

            public TimeSpan Timeout => TimeSpan.FromMinutes(5);

            public async Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken)
            {
                await definition.Gate.Task.WaitAsync(cancellationToken);
                definition.Taken.Enqueue(alert);
            }
        }
    }
}

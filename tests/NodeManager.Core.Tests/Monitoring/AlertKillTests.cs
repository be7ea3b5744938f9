using System.Collections.Concurrent;
using NodeManager.Core.Operations;
using NodeManager.Monitoring;
using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>
/// A monitor that is killed while alerts fire, as often as <c>NODEMANAGER_ALERT_KILLS</c> says, 5 by default: what it left in its state file is delivered
/// by the next one, and once by its id. What began and ended while none ran is not claimed.
/// </summary>
public sealed class AlertKillTests
{
    private static readonly int Kills = ProofSize.Read("NODEMANAGER_ALERT_KILLS", 5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Alerts_of_a_killed_monitor_are_delivered_once_by_id()
    {
        using TemporaryFolder folder = new();
        Random random = new(1);
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync((3 * Kills) + 12);
        Receiver receiver = new();
        HashSet<string> published = [];
        List<string> hit = [],
            unseen = [],
            open = [];
        string path = folder.Path("state-0.jsonl");
        // What is wrong from the beginning is of no interest here.
        RunningOperation monitor = await cluster.MonitorAsync(Request(cluster, path, receiver.Connect()));
        HashSet<string> troubled = cluster.Troubled;
        Queue<string> healthy = new((await cluster.NodesAsync()).Where(name => !troubled.Contains(name)).Order(StringComparer.Ordinal));

        for (int kill = 1; kill <= Kills; kill++)
        {
            foreach (string name in open)
                cluster.Cluster.ClearFault(name);
            open = [healthy.Dequeue()];
            hit.AddRange(open);
            cluster.Cluster.SetFault(Fault(open[0]));
            // From before the kubelet writes it to after its alert is told.
            await cluster.PassAsync(TimeSpan.FromSeconds(random.Next(40)), Step);
            string left = $"state-{kill}.jsonl";
            receiver.Cut();
            published.UnionWith(MonitoredCluster.AlertsOf(monitor).Select(static alert => alert.TransitionId));
            await CopyAsync(path, path = folder.Path(left));
            await MonitoredCluster.StopAsync(monitor);

            string gone = healthy.Dequeue();
            unseen.Add(gone);
            cluster.Cluster.SetFault(Fault(gone));
            await cluster.PassAsync(TimeSpan.FromSeconds(25), Step);
            cluster.Cluster.ClearFault(gone);
            await cluster.PassAsync(TimeSpan.FromSeconds(25), Step);
            Assert.DoesNotContain(
                gone,
                await cluster.NodesAsync(static node =>
                    node.Status.Conditions!.Exists(static one => one is { Type: "MemoryPressure", Status: "True" })
                )
            );
            monitor = await cluster.MonitorAsync(Request(cluster, path, receiver.Connect()));
            await TellsAsync(NodeAlertTransition.Raised);
        }

        foreach (string name in open)
            cluster.Cluster.ClearFault(name);
        await TellsAsync(NodeAlertTransition.Resolved);
        await cluster.UntilAsync(
            () => MonitoredCluster.AlertsOf(monitor).All(alert => receiver.Has(alert.TransitionId)),
            "the last delivery"
        );
        published.UnionWith(MonitoredCluster.AlertsOf(monitor).Select(static alert => alert.TransitionId));
        await MonitoredCluster.StopAsync(monitor);

        IReadOnlyList<NodeAlert> taken = receiver.Taken;
        Assert.Empty(published.Except(taken.Select(static alert => alert.TransitionId)));
        foreach (IGrouping<string, NodeAlert> alert in taken.GroupBy(static one => one.Id))
        {
            // In order, from the first, whichever process sent them.
            Assert.Equal(Enumerable.Range(1, alert.Count()), alert.Select(static one => one.Sequence));
            Assert.Equal(NodeAlertTransition.Raised, alert.First().Transition);
        }

        NodeAlert[] about = [.. taken.Where(alert => alert.Nodes.Any(hit.Contains))];
        Assert.Equal(
            hit.Order(StringComparer.Ordinal),
            about
                .Where(static alert => alert.Transition == NodeAlertTransition.Raised)
                .Select(static alert => alert.Nodes[0])
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            hit.Order(StringComparer.Ordinal),
            about
                .Where(static alert => alert.Transition == NodeAlertTransition.Resolved)
                .Select(static alert => alert.Nodes[0])
                .Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain(taken, alert => alert.Nodes.Any(unseen.Contains));

        // The clock waits for the cluster, and not for a monitor on a busy machine.
        Task TellsAsync(string transition) =>
            cluster.UntilAsync(
                () => open.All(name => receiver.Taken.Any(alert => alert.Transition == transition && alert.Nodes.Contains(name))),
                $"{transition} about {string.Join(", ", open)}",
                Step
            );
    }

    private static MonitorRequest Request(MonitoredCluster cluster, string path, AlertSinkDefinition sink) =>
        new()
        {
            Session = cluster.Session,
            StatePath = path,
            Options = new() { GroupBy = NodeAlertGroupBy.None },
            Sinks = new Dictionary<string, AlertSinkDefinition> { ["receiver"] = sink },
        };

    private static FaultRequest Fault(string node) =>
        new()
        {
            Kind = SandboxFaultKind.MemoryPressure,
            Name = node,
            Nodes = [node],
        };

    // What is on disk at this moment, as a kill leaves it.
    private static async Task CopyAsync(string from, string to)
    {
        await using FileStream source = new(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await using FileStream target = File.Create(to);
        await source.CopyToAsync(target);
    }

    /// <summary>Outlives the monitors, and notes each transition the first time that it comes. What a dead process sends does not reach it.</summary>
    private sealed class Receiver
    {
        private readonly ConcurrentDictionary<string, int> _ids = new(StringComparer.Ordinal);
        private readonly ConcurrentQueue<NodeAlert> _taken = new();
        private Line? _line;

        public IReadOnlyList<NodeAlert> Taken => [.. _taken];

        public bool Has(string id) => _ids.ContainsKey(id);

        public AlertSinkDefinition Connect() => _line = new(this);

        public void Cut()
        {
            lock (_line!)
                _line.IsCut = true;
        }

        private sealed class Line(Receiver receiver) : AlertSinkDefinition
        {
            public override string Type => NodeAlertSinkType.Webhook;

            public bool IsCut { get; set; }

            public override IAlertSink Create(string name, AlertSinkContext context) => new Sink(name, this, receiver);
        }

        private sealed class Sink(string name, Line line, Receiver receiver) : IAlertSink
        {
            public string Name => name;

            public TimeSpan Timeout => TimeSpan.FromMinutes(5);

            public Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken)
            {
                lock (line)
                {
                    // Nothing is noted as received after the kill.
                    if (line.IsCut)
                        return Task.Delay(System.Threading.Timeout.Infinite, cancellationToken);
                    if (receiver._ids.TryAdd(alert.TransitionId, 0))
                        receiver._taken.Enqueue(alert);
                }

                return Task.CompletedTask;
            }
        }
    }
}

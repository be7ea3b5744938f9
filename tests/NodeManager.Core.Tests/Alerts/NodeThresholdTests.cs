using System.Globalization;
using NodeManager.Monitoring.Alerts.Documents;
using NodeManager.Monitoring.Alerts.Incidents;

namespace NodeManager.Core.Tests.Alerts;

/// <summary>Alerts when a number of nodes fails: as many as are required, for as long as is required, as one alert.</summary>
public sealed class NodeThresholdTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly NodeGroup Cluster = new(NodeAlertGroupBy.Cluster, "prod");
    private static readonly AlertOptions Two = AlertOptions.Of(new() { AlertMinimumNodes = 2, AlertDebounce = TimeSpan.FromMinutes(5) });

    /// <summary>
    /// Courses of nodes: <c>a@0-400</c> fails from second 0 to 400 and is Ready then. <c>u</c> after the node: Unreachable instead of NotReady.
    /// Results: <c>302+a,b</c> is raised at second 302, <c>~</c> is updated, <c>-</c> is resolved.
    /// </summary>
    [Theory]
    [InlineData("one node is none", 2, "a@0-2000", "")]
    [InlineData("two nodes, from when both have failed for five minutes", 2, "a@0-2000 b@100-2000", "400+a,b")]
    [InlineData("two nodes together", 2, "a@0-2000 b@0-2000", "300+a,b")]
    [InlineData("two nodes that overlap for less", 2, "a@0-350 b@100-2000", "")]
    [InlineData("one after the other", 2, "a@0-400 b@400-800", "")]
    [InlineData("NotReady and Unreachable are both failing", 2, "a@0-2000 bu@0-2000", "300+a,b")]
    [InlineData("a node that changes from one to the other fails on", 2, "a@0-200 au@200-2000 b@0-2000", "300+a,b")]
    [InlineData("a third one joins when it has failed for as long", 2, "a@0-2000 b@0-2000 c@500-2000", "300+a,b 800~a,b,c")]
    [InlineData("it ends when fewer are left, five minutes later", 2, "a@0-1000 b@0-2000", "300+a,b 1300-a,b")]
    [InlineData("a short recovery does not end it", 2, "a@0-1000 a@1100-2000 b@0-2000", "300+a,b")]
    [InlineData("it is raised again for the one that is left and another", 2, "a@0-1000 b@0-3000 c@1500-3000", "300+a,b 1300-a,b 1800+b,c")]
    [InlineData("three of three", 3, "a@0-2000 b@0-2000 c@700-2000", "1000+a,b,c")]
    [InlineData("three, and two are none", 3, "a@0-2000 b@0-2000", "")]
    public void Nodes_are_counted(string why, int minimum, string faults, string expected)
    {
        AlertMachine machine = new(null, "prod", "run", Two with { MinimumNodes = minimum });

        Assert.True(expected == Run(machine, Read(faults), 1900, minimum), why);
    }

    [Fact]
    public void The_alert_names_the_group_and_its_nodes()
    {
        AlertMachine machine = new(null, "prod", "run", Two);
        List<NodeAlert> alerts = [];
        Run(machine, Read("a@0-1000 b@0-5000"), 1500, 2, alerts);

        Assert.Equal("2 nodes of cluster prod are failing: a, b.", alerts[0].Message);
        Assert.Equal(
            (NodeAlertCause.NodesFailing, NodeAlertGroupBy.Cluster, "prod", NodeFindingSeverity.Critical),
            (alerts[0].Cause, alerts[0].GroupBy, alerts[0].Group, alerts[0].Severity)
        );
        Assert.Equal(
            "alertname=NodesFailing, cause=NodesFailing, cluster=prod, group=prod, group_by=Cluster, severity=critical",
            Text(alerts[0])
        );
        Assert.Equal(Start, alerts[0].StartsAt);
        Assert.Equal("Resolved after 21m. 2 nodes of cluster prod are failing: a, b. Still failing: b.", alerts[^1].Message);
        Assert.Equal(Text(alerts[0]), Text(alerts[^1]));
    }

    [Fact]
    public void Groups_are_counted_apart()
    {
        AlertMachine machine = new(null, "prod", "run", Two with { GroupBy = NodeAlertGroupBy.Zone });
        foreach ((string node, string zone) in (ReadOnlySpan<(string, string)>)[("a", "1"), ("b", "2"), ("c", "2")])
            machine.Observe(node, new(NodeAlertGroupBy.Zone, zone), Findings(node, [NodeFindingCause.NotReady], 0, 2), Start);

        NodeAlert alert = Assert.Single(machine.Advance(Start.AddMinutes(5)));

        Assert.Equal(["b", "c"], alert.Nodes);
        Assert.Null(machine.NextDue);
    }

    [Fact]
    public void Other_causes_have_alerts_of_their_own()
    {
        AlertMachine machine = new(null, "prod", "run", Two);
        machine.Observe("a", Cluster, Findings("a", [NodeFindingCause.DiskPressure, NodeFindingCause.NotReady], 0, 2), Start);

        NodeAlert alert = Assert.Single(machine.Advance(Start.AddMinutes(10)));

        Assert.Equal(NodeFindingCause.DiskPressure, alert.Cause);
        Assert.Equal("a", alert.Labels["node"]);
    }

    [Fact]
    public void A_restart_continues_the_alert_and_counts_what_fails_longer_than_the_monitor_runs()
    {
        AlertMachine first = new(null, "prod", "run", Two);
        Run(first, Read("a@0-2000 b@0-2000"), 600, 2);
        RestoredAlert kept = first.Keep(first.Open.Single().Id)!;
        AlertMachine second = new(null, "prod", "run", Two);
        second.Restore([kept with { Alert = AlertDocument.Of(kept.Alert).ToAlert(null) }]);
        foreach (string node in (string[])["a", "b"])
            second.Observe(node, Cluster, Findings(node, [NodeFindingCause.NotReady], 0, 2), Start.AddSeconds(700), isFirst: true);
        Assert.Empty(second.Advance(Start.AddSeconds(701)));

        AlertMachine third = new(null, "prod", "run", Two);
        foreach (string node in (string[])["a", "b"])
            third.Observe(node, Cluster, Findings(node, [NodeFindingCause.NotReady], 0, 2), Start.AddSeconds(700), isFirst: true);
        Assert.Equal(["a", "b"], Assert.Single(third.Advance(Start.AddSeconds(700))).Nodes);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void Ten_times_as_many_failing_nodes_take_far_less_than_a_hundred_times_as_long(int minimum)
    {
        double few = Best(2000),
            many = Best(20_000);

        Assert.InRange(many, 0, 5);
        Assert.InRange(many / few, 0, 40);

        // A garbage collection for all concurrent tests counts for the thread that began it.
        double Best(int nodes) => Enumerable.Range(0, 3).Min(_ => SecondsToCount(nodes, minimum));
    }

    // They fail, are reported, recover, and are reported again: in one alert, or one each.
    private static double SecondsToCount(int nodes, int minimum)
    {
        AlertMachine machine = new(null, "prod", "run", Two with { MinimumNodes = minimum });
        string[] names = [.. Enumerable.Range(0, nodes).Select(static i => i.ToString("d5", CultureInfo.InvariantCulture))];
        NodeGroup group = minimum > 1 ? Cluster : NodeGroup.None;
        int alerts = minimum > 1 ? 1 : nodes;

        double start = SecondsOfThread();
        foreach (string node in names)
            machine.Observe(node, group, Findings(node, [NodeFindingCause.Unreachable], 0, minimum), Start);
        for (int i = 0; i < 20; i++)
            Assert.NotNull(machine.NextDue);
        IReadOnlyList<NodeAlert> raised = machine.Advance(Start.AddMinutes(5));
        foreach (string node in names)
            machine.Remove(node, Start.AddMinutes(6));
        IReadOnlyList<NodeAlert> resolved = machine.Advance(Start.AddHours(2));
        double seconds = SecondsOfThread() - start;

        Assert.Equal((alerts, nodes), (raised.Count, raised.Sum(static alert => alert.Nodes.Count)));
        Assert.Equal((alerts, true), (resolved.Count, resolved.All(static alert => alert.Transition == NodeAlertTransition.Resolved)));
        Assert.Empty(machine.Open);
        return seconds;
    }

    // CPU time where the system tells it: other tests take turns with a long computation, but hardly with a short one.
    private static double SecondsOfThread()
    {
        const string Statistics = "/proc/thread-self/schedstat";
        return File.Exists(Statistics)
            ? double.Parse(File.ReadAllText(Statistics).Split(' ')[0], CultureInfo.InvariantCulture) / 1e9
            : System.Diagnostics.Stopwatch.GetTimestamp() / (double)System.Diagnostics.Stopwatch.Frequency;
    }

    [Theory]
    [InlineData(1, null, NodeAlertGroupBy.Zone, 15)]
    [InlineData(2, null, NodeAlertGroupBy.Cluster, 15)]
    [InlineData(2, NodeAlertGroupBy.Rack, NodeAlertGroupBy.Rack, 15)]
    [InlineData(1, NodeAlertGroupBy.None, NodeAlertGroupBy.None, 15)]
    public void A_number_is_counted_in_the_cluster_unless_a_group_is_given(int minimum, string? groupBy, string expected, int seconds)
    {
        AlertOptions options = AlertOptions.Of(new(), groupBy: groupBy, minimumNodes: minimum);

        Assert.Equal((expected, minimum, TimeSpan.FromSeconds(seconds)), (options.GroupBy, options.MinimumNodes, options.Debounce));
    }

    // Steps from due time to due time, as a monitor does, and after each change.
    private static string Run(
        AlertMachine machine,
        List<(string Node, string Cause, int From, int To)> faults,
        int end,
        int minimum,
        List<NodeAlert>? alerts = null
    )
    {
        List<string> happened = [];
        int[] times = [.. faults.SelectMany(static one => (int[])[one.From, one.To]).Where(at => at <= end).Append(end).Distinct().Order()];
        DateTimeOffset now = Start;
        foreach (int time in times)
        {
            for (int steps = 0; machine.NextDue is { } due && due <= Start.AddSeconds(time); steps++)
            {
                Assert.InRange(steps, 0, 100);
                now = due > now ? due : now;
                Advance();
            }

            now = Start.AddSeconds(time);
            foreach (string node in faults.Select(static one => one.Node).Distinct())
            {
                string[] causes =
                [
                    .. faults.Where(one => one.Node == node && one.From <= time && time < one.To).Select(static one => one.Cause),
                ];
                machine.Observe(node, Cluster, Findings(node, causes, time, minimum), now);
            }

            Advance();
        }

        return string.Join(' ', happened);

        void Advance()
        {
            foreach (NodeAlert alert in machine.Advance(now))
            {
                alerts?.Add(alert);
                string sign = alert.Transition switch
                {
                    NodeAlertTransition.Raised => "+",
                    NodeAlertTransition.Updated => "~",
                    _ => "-",
                };
                happened.Add($"{(now - Start).TotalSeconds:0}{sign}{string.Join(',', alert.Nodes)}");
            }
        }
    }

    private static List<(string Node, string Cause, int From, int To)> Read(string faults) =>
        [
            .. faults
                .Split(' ')
                .Select(static one => one.Split('@', '-'))
                .Select(static parts =>
                    (
                        parts[0][..1],
                        parts[0].EndsWith('u') ? NodeFindingCause.Unreachable : NodeFindingCause.NotReady,
                        int.Parse(parts[1], CultureInfo.InvariantCulture),
                        int.Parse(parts[2], CultureInfo.InvariantCulture)
                    )
                ),
        ];

    private static IReadOnlyCollection<NodeFinding> Findings(string node, string[] causes, int since, int minimum) =>
        NodeThreshold.Count(
            [
                .. causes.Select(cause => new NodeFinding
                {
                    Node = node,
                    NodeUid = node,
                    Cause = cause,
                    Severity = NodeFindingSeverity.Critical,
                    Message = "The kubelet stopped reporting.",
                    Since = Start.AddSeconds(since),
                }),
            ],
            minimum
        );

    private static string Text(NodeAlert alert) =>
        string.Join(
            ", ",
            alert.Labels.OrderBy(static one => one.Key, StringComparer.Ordinal).Select(static one => $"{one.Key}={one.Value}")
        );
}

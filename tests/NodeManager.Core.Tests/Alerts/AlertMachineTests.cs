using NodeManager.Monitoring.Alerts.Incidents;

namespace NodeManager.Core.Tests.Alerts;

public sealed class AlertMachineTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly NodeGroup Zone = new(NodeAlertGroupBy.Zone, "zone-a");

    private readonly AlertMachine _machine = new(null, "prod", "run", new());

    [Fact]
    public void Three_hundred_of_a_thousand_nodes_make_one_alert()
    {
        List<NodeAlert> told = [];
        // Leases expire staggered over the 10 s between two renewals.
        for (int i = 0; i < 1000; i++)
            _machine.Observe($"uid-{i:d4}", Zone, [], Start);
        for (int i = 0; i < 300; i++)
            Look(i, At(i * 0.0333), NodeFindingCause.Unreachable);
        told.AddRange(Pass(At(10), At(40)));

        NodeAlert last = told[^1];
        Assert.Single(told.Select(static alert => alert.Id).Distinct());
        Assert.Equal(300, last.Nodes.Count);
        Assert.Equal((NodeAlertGroupBy.Zone, "zone-a"), (last.GroupBy, last.Group));
        Assert.Equal(
            "Unreachable on 300 nodes of zone zone-a: node-0000, node-0001, node-0002, node-0003, node-0004, node-0005 and 294 more.",
            last.Message
        );
        Assert.Equal("zone-a", last.Labels["group"]);
        // The one that raised it, then at most one update a second.
        Assert.InRange(told.Count, 2, 13);
        Assert.Equal(Start, last.StartsAt);

        for (int i = 0; i < 300; i++)
            _machine.Observe($"uid-{i:d4}", Zone, [], At(60));
        NodeAlert resolved = Assert.Single(Pass(At(60), At(80)));
        Assert.Equal((NodeAlertStatus.Resolved, 300, At(60)), (resolved.Status, resolved.Nodes.Count, resolved.EndsAt));
    }

    [Fact]
    public void Findings_that_end_within_the_debounce_are_not_reported()
    {
        Look(1, Start, NodeFindingCause.NotReady);
        Assert.Empty(Pass(Start, At(14)));
        _machine.Observe("uid-0001", Zone, [], At(14));
        Assert.Empty(Pass(At(14), At(100)));
        Assert.Null(_machine.NextDue);
    }

    [Fact]
    public void A_cause_older_than_the_monitor_is_reported_immediately()
    {
        _machine.Observe("uid-0001", Zone, [Finding(1, NodeFindingCause.NotReady, Start.AddHours(-1))], Start, isFirst: true);
        NodeAlert alert = Assert.Single(_machine.Advance(Start));
        Assert.Equal(Start.AddHours(-1), alert.StartsAt);
        Assert.Equal("node-0001", alert.Labels["node"]);
    }

    [Fact]
    public void A_cause_that_returns_within_the_debounce_keeps_its_alert()
    {
        Look(1, Start, NodeFindingCause.NotReady);
        NodeAlert raised = Assert.Single(Pass(Start, At(20)));
        _machine.Observe("uid-0001", Zone, [], At(30));
        Assert.Empty(Pass(At(30), At(40)));
        Look(1, At(40), NodeFindingCause.NotReady);
        Assert.Empty(Pass(At(40), At(100)));
        Assert.Equal(raised.Id, Assert.Single(_machine.Open).Id);
    }

    [Fact]
    public void A_flapping_cause_becomes_one_alert_that_stays_open()
    {
        List<NodeAlert> told = [];
        for (int turn = 0; turn < 12; turn++)
        {
            Look(1, At(turn * 60), NodeFindingCause.DiskPressure);
            told.AddRange(Pass(At(turn * 60), At((turn * 60) + 30)));
            _machine.Observe("uid-0001", Zone, [], At((turn * 60) + 30));
            told.AddRange(Pass(At((turn * 60) + 30), At((turn * 60) + 60)));
        }

        Assert.Equal(5, told.Count);
        Assert.True(told[^1].IsFlapping);
        Assert.Equal(NodeAlertTransition.Raised, told[^1].Transition);
        NodeAlert resolved = Assert.Single(Pass(At(12 * 60), At((12 * 60) + 301)));
        Assert.Equal(At((11 * 60) + 30), resolved.EndsAt);
    }

    [Fact]
    public void Nodes_that_fail_far_apart_in_time_get_separate_alerts()
    {
        Look(1, Start, NodeFindingCause.NotReady);
        Look(2, At(16), NodeFindingCause.NotReady);
        Assert.Equal(["node-0001", "node-0002"], Pass(At(16), At(40)).Select(static alert => alert.Labels["node"]));
    }

    [Fact]
    public void A_node_that_joins_late_updates_the_alert_of_a_group()
    {
        Look(1, Start, NodeFindingCause.NotReady);
        Look(2, At(3), NodeFindingCause.NotReady);
        Look(3, At(120), NodeFindingCause.NotReady);
        NodeAlert[] told = [.. Pass(At(3), At(140))];
        Assert.Equal(
            [NodeAlertTransition.Raised, NodeAlertTransition.Updated, NodeAlertTransition.Updated],
            told.Select(static alert => alert.Transition)
        );
        Assert.Equal([1, 2, 3], told.Select(static alert => alert.Nodes.Count));
        Assert.Single(told.Select(static alert => alert.Labels.ToString()).Distinct());
        Assert.Equal(["1", "2", "3"], told.Select(alert => alert.TransitionId[(alert.Id.Length + 1)..]));
    }

    [Fact]
    public void An_API_server_outage_is_one_alert_without_alerts_about_nodes()
    {
        Look(1, Start, NodeFindingCause.NotReady);
        _machine.Disconnect("The watch is cut.", At(10));
        NodeAlert outage = Assert.Single(Pass(At(10), At(600)));
        Assert.Equal(
            (NodeAlertCause.ClusterUnreachable, At(10), "NodeManagerClusterUnreachable"),
            (outage.Cause, outage.StartsAt, outage.Labels["alertname"])
        );
        _machine.Reconnect(At(600));
        _machine.Observe("uid-0001", Zone, [], At(600.5));
        Assert.Equal(NodeAlertStatus.Resolved, Assert.Single(Pass(At(600), At(700))).Status);
    }

    [Fact]
    public void Alert_ids_differ_between_monitors()
    {
        AlertMachine other = new(null, "prod", "another run", new());
        Look(1, Start, NodeFindingCause.NotReady);
        other.Observe("uid-0001", Zone, [Finding(1, NodeFindingCause.NotReady, Start)], Start);
        Assert.NotEqual(Assert.Single(Pass(Start, At(20))).Id, Assert.Single(other.Advance(At(20))).Id);
    }

    [Theory]
    [InlineData(NodeAlertGroupBy.Zone, "topology.kubernetes.io/zone=z1", "Zone z1")]
    [InlineData(NodeAlertGroupBy.Zone, "failure-domain.beta.kubernetes.io/zone=z1", "Zone z1")]
    [InlineData(NodeAlertGroupBy.Zone, "zone=z1", "Cluster prod")]
    [InlineData(NodeAlertGroupBy.Rack, "topology.kubernetes.io/rack=r7", "Rack r7")]
    [InlineData(NodeAlertGroupBy.Rack, "example.com/rack=r7", "Rack r7")]
    [InlineData(NodeAlertGroupBy.Rack, "example.com/track=r7", "Cluster prod")]
    [InlineData(NodeAlertGroupBy.Pool, "karpenter.sh/nodepool=general", "Pool general")]
    [InlineData(NodeAlertGroupBy.Pool, "eks.amazonaws.com/nodegroup=spot", "Pool spot")]
    [InlineData(NodeAlertGroupBy.Pool, "topology.kubenodesmith.io/pool=small", "Pool small")]
    [InlineData(NodeAlertGroupBy.Cluster, "topology.kubernetes.io/zone=z1", "Cluster prod")]
    [InlineData(NodeAlertGroupBy.None, "topology.kubernetes.io/zone=z1", " ")]
    [InlineData("example.com/row", "example.com/row=4", "example.com/row 4")]
    public void Nodes_are_grouped_by_the_requested_key(string by, string label, string expected)
    {
        NodeGroup group = NodeGroup.Of(by, new Dictionary<string, string> { [label.Split('=')[0]] = label.Split('=')[1] }, null, "prod");
        Assert.Equal(expected, $"{group.By} {group.Value}");
    }

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    private static NodeFinding Finding(int node, string cause, DateTimeOffset since) =>
        new()
        {
            Node = $"node-{node:d4}",
            NodeUid = $"uid-{node:d4}",
            Cause = cause,
            Severity = NodeFindingSeverity.Critical,
            Message = "The kubelet stopped reporting.",
            Since = since,
        };

    private void Look(int node, DateTimeOffset now, string cause) =>
        _machine.Observe($"uid-{node:d4}", Zone, [Finding(node, cause, now)], now);

    private List<NodeAlert> Pass(DateTimeOffset from, DateTimeOffset to)
    {
        List<NodeAlert> told = [];
        for (DateTimeOffset now = from; now <= to; now = now.AddSeconds(0.5))
            told.AddRange(_machine.Advance(now));
        return told;
    }
}

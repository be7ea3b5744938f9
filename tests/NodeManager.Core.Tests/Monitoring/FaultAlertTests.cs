using System.Collections.Concurrent;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring.Alerts;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>What each fault of the embedded cluster's nodes is as an alert, and how soon it comes and is resolved.</summary>
public sealed class FaultAlertTests
{
    private static readonly TimeSpan Debounce = MonitoredCluster.Debounce;

    // A Lease that was renewed in time is looked at every 40 s, and one that changed late a renewal after that.
    private static readonly TimeSpan LeaseRound = TimeSpan.FromSeconds(52);

    // The condition that tells of the fault; none: the Lease does.
    private static readonly (string Kind, string Cause, string? Condition)[] Faults =
    [
        (SandboxFaultKind.NodeDown, NodeFindingCause.Unreachable, null),
        (SandboxFaultKind.MemoryPressure, NodeFindingCause.MemoryPressure, "MemoryPressure"),
        (SandboxFaultKind.DiskPressure, NodeFindingCause.DiskPressure, "DiskPressure"),
        (SandboxFaultKind.PIDPressure, NodeFindingCause.PidPressure, "PIDPressure"),
        (SandboxFaultKind.NetworkUnavailable, NodeFindingCause.NetworkUnavailable, "NetworkUnavailable"),
        (SandboxFaultKind.NodeProblem, NodeProblemCondition.KernelDeadlock, NodeProblemCondition.KernelDeadlock),
    ];

    // No fault of the node: nothing is told.
    private static readonly string[] Silent =
    [
        SandboxFaultKind.NodeSlow,
        SandboxFaultKind.PodUnready,
        SandboxFaultKind.PodNeverReady,
        SandboxFaultKind.PodNeverEnds,
    ];

    // Of the way to the API server. Where it refuses all requests, nothing of the nodes is known: that is one alert about the cluster.
    private static readonly string[] Outages = [SandboxFaultKind.ApiThrottled, SandboxFaultKind.ApiError];

    // Of it, too, but nodes stay known.
    private static readonly string[] Hindrances =
    [
        SandboxFaultKind.ApiSlow,
        SandboxFaultKind.ApiConflict,
        SandboxFaultKind.WatchCut,
        SandboxFaultKind.ContinueExpired,
        SandboxFaultKind.MetricsUnavailable,
    ];

    // A request that is refused is sent five times before it has failed.
    private static readonly TimeSpan Retries = TimeSpan.FromSeconds(8);

    // What is neither in a condition of the node nor ends with the fault has a test of its own.
    // A kubelet that does not work raises the alert of a machine that is off: FaultTableTests.
    private static readonly string[] Others =
    [
        SandboxFaultKind.KubeletDown,
        SandboxFaultKind.KubeletPaused,
        SandboxFaultKind.ClockSkew,
        SandboxFaultKind.ImageGarbageCollection,
        SandboxFaultKind.NodeFlapping,
    ];

    [Fact]
    public void Every_fault_is_covered_by_this_class() =>
        Assert.Equal(
            SandboxFaultKind.All.Order(StringComparer.Ordinal),
            Faults
                .Select(static fault => fault.Kind)
                .Concat(Silent)
                .Concat(Outages)
                .Concat(Hindrances)
                .Concat(Others)
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public async Task Each_fault_raises_and_resolves_an_alert_in_time()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(24);
        RunningOperation monitor = await cluster.MonitorAsync(
            new()
            {
                Session = cluster.Session,
                Options = new() { Debounce = Debounce },
            }
        );
        HashSet<string> troubled = cluster.Troubled;
        using CacheUse<Node> nodes = cluster.Session.Connection().Caches().Open(Resources.Nodes, new());
        Queue<string> healthy = new(
            nodes
                .Cache.Items.Select(static node => node.Metadata.Name)
                .Where(name => !troubled.Contains(name))
                .Order(StringComparer.Ordinal)
        );
        Dictionary<string, string> hit = [];
        ConcurrentDictionary<(string Node, bool IsThere), DateTimeOffset> evidence = new();
        using IDisposable subscription = nodes.Cache.Subscribe(change => Note(change.Object, hit, evidence, cluster));

        foreach ((string kind, _, _) in Faults)
        {
            hit[kind] = healthy.Dequeue();
            cluster.Cluster.SetFault(
                new()
                {
                    Kind = kind,
                    Name = kind,
                    Nodes = [hit[kind]],
                }
            );
        }

        foreach (string kind in Silent)
            cluster.Cluster.SetFault(
                new()
                {
                    Kind = kind,
                    Name = kind,
                    Nodes = [healthy.Dequeue()],
                }
            );
        int before = MonitoredCluster.AlertsOf(monitor).Count;
        DateTimeOffset renewed = await RenewedAsync(cluster, hit[SandboxFaultKind.NodeDown]);
        await cluster.PassAsync(TimeSpan.FromSeconds(90));
        evidence[(hit[SandboxFaultKind.NodeDown], true)] = renewed + TimeSpan.FromSeconds(40);

        NodeAlert[] raised = [.. MonitoredCluster.AlertsOf(monitor).Skip(before)];
        Assert.Equal(
            Faults.Select(fault => $"{hit[fault.Kind]} {fault.Cause} Raised").Order(StringComparer.Ordinal),
            raised.Select(static alert => $"{alert.Nodes} {alert.Cause} {alert.Transition}").Order(StringComparer.Ordinal)
        );
        foreach (NodeAlert alert in raised)
            MonitoredCluster.AssertInTime(alert, evidence[(alert.Nodes[0], true)]);

        foreach ((string kind, _, _) in Faults)
            cluster.Cluster.ClearFault(kind);
        await cluster.PassAsync(TimeSpan.FromSeconds(120));
        NodeAlert[] resolved = [.. MonitoredCluster.AlertsOf(monitor).Skip(before + raised.Length)];
        Assert.Equal(
            raised.Select(static alert => $"{alert.Id} Resolved").Order(StringComparer.Ordinal),
            resolved.Select(static alert => $"{alert.Id} {alert.Transition}").Order(StringComparer.Ordinal)
        );
        foreach (NodeAlert alert in resolved)
            MonitoredCluster.AssertInTime(alert, evidence[(alert.Nodes[0], false)]);

        HashSet<string> ids = [.. raised.Select(static alert => alert.Id)];
        NodeAlert[] listed = [.. cluster.Session.Get<NodeAlerts>().List().Where(alert => ids.Contains(alert.Id))];
        Assert.All(listed, static alert => Assert.Equal(NodeAlertStatus.Resolved, alert.Status));
        Assert.Equal(Faults.Length, listed.Length);
        await MonitoredCluster.StopAsync(monitor);
    }

    [Fact]
    public async Task A_short_failure_of_the_API_or_one_that_leaves_nodes_known_raises_no_alert()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8);
        RunningOperation monitor = await cluster.MonitorAsync(
            new()
            {
                Session = cluster.Session,
                Options = new() { Debounce = Debounce },
            }
        );
        int before = MonitoredCluster.AlertsOf(monitor).Count;
        foreach (string kind in Outages)
        {
            cluster.Cluster.SetFault(
                new()
                {
                    Kind = kind,
                    Name = kind,
                    Percent = 20,
                }
            );
            await cluster.PassAsync(TimeSpan.FromSeconds(10));
            cluster.Cluster.ClearFault(kind);
            await cluster.PassAsync(TimeSpan.FromSeconds(30));
        }

        foreach (string kind in Hindrances)
            cluster.Cluster.SetFault(new() { Kind = kind, Name = kind });
        await cluster.PassAsync(TimeSpan.FromSeconds(90));
        Assert.Empty(MonitoredCluster.AlertsOf(monitor).Skip(before));
        await MonitoredCluster.StopAsync(monitor);
    }

    [Theory]
    [InlineData(SandboxFaultKind.ApiThrottled)]
    [InlineData(SandboxFaultKind.ApiError)]
    // It takes requests, and does not answer them.
    [InlineData(SandboxFaultKind.ApiSlow)]
    public async Task An_API_that_answers_no_request_is_one_alert_about_the_cluster_in_time(string kind)
    {
        LeaseReads reads = null!;
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8, inner => reads = new(inner));
        reads.Time = cluster.Cluster.Time;
        RunningOperation monitor = await cluster.MonitorAsync(
            new()
            {
                Session = cluster.Session,
                Options = new() { Debounce = Debounce },
                Wall = cluster.Cluster.Time,
            }
        );
        int before = MonitoredCluster.AlertsOf(monitor).Count;
        DateTimeOffset set = cluster.Now;
        cluster.Cluster.SetFault(
            new()
            {
                Kind = kind,
                Name = "refusal",
                Percent = 100,
                Delay = kind == SandboxFaultKind.ApiSlow ? TimeSpan.FromMinutes(10) : null,
            }
        );
        await cluster.UntilAsync(() => MonitoredCluster.AlertsOf(monitor).Count > before, "the outage");
        await cluster.PassAsync(TimeSpan.FromSeconds(45));
        NodeAlert raised = Assert.Single(MonitoredCluster.AlertsOf(monitor).Skip(before));
        Assert.Equal(
            (NodeAlertCause.ClusterUnreachable, NodeAlertTransition.Raised, 0),
            (raised.Cause, raised.Transition, raised.Nodes.Count)
        );
        DateTimeOffset refused = reads.First(set, static read => !read.IsGood);
        Assert.InRange(raised.StartsAt, refused, refused + Retries);
        MonitoredCluster.AssertInTime(raised, raised.StartsAt);

        DateTimeOffset cleared = cluster.Now;
        cluster.Cluster.ClearFault("refusal");
        await cluster.UntilAsync(() => MonitoredCluster.AlertsOf(monitor).Count > before + 1, "the end of the outage");
        NodeAlert resolved = MonitoredCluster.AlertsOf(monitor)[^1];
        Assert.Equal((raised.Id, NodeAlertTransition.Resolved), (resolved.Id, resolved.Transition));
        MonitoredCluster.AssertInTime(resolved, reads.First(cleared, static read => read.IsGood));
        await MonitoredCluster.StopAsync(monitor);
    }

    [Fact]
    public async Task A_wrong_clock_raises_and_resolves_an_alert_in_time_after_its_Lease_is_read()
    {
        LeaseReads reads = null!;
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8, inner => reads = new(inner));
        reads.Time = cluster.Cluster.Time;
        RunningOperation monitor = await cluster.MonitorAsync(
            new()
            {
                Session = cluster.Session,
                Options = new() { Debounce = Debounce },
            }
        );
        string node = await HealthyAsync(cluster);
        DateTimeOffset set = cluster.Now;
        cluster.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.ClockSkew,
                Name = "skew",
                Nodes = [node],
                Offset = TimeSpan.FromMinutes(-3),
            }
        );
        NodeAlert raised = await AlertAsync(cluster, monitor, node, NodeFindingCause.ClockSkew, NodeAlertTransition.Raised);
        // A Lease is looked at when it may be stale, and shows the fault from its next renewal on.
        DateTimeOffset read = reads.First(set, one => one.Shows(node, isWrong: true));
        Assert.InRange(read, set, set + LeaseRound);
        MonitoredCluster.AssertInTime(raised, read);

        DateTimeOffset cleared = cluster.Now;
        cluster.Cluster.ClearFault("skew");
        NodeAlert resolved = await AlertAsync(cluster, monitor, node, NodeFindingCause.ClockSkew, NodeAlertTransition.Resolved);
        Assert.Equal(raised.Id, resolved.Id);
        read = reads.First(cleared, one => one.Shows(node, isWrong: false));
        Assert.InRange(read, cleared, cleared + LeaseRound);
        MonitoredCluster.AssertInTime(resolved, read);
        Assert.Equal(2, MonitoredCluster.AlertsOf(monitor).Count(alert => alert.Nodes.Contains(node)));
        await MonitoredCluster.StopAsync(monitor);
    }

    internal static async Task<string> HealthyAsync(MonitoredCluster cluster)
    {
        HashSet<string> troubled = cluster.Troubled;
        return (await cluster.NodesAsync(static node => node.Spec.Unschedulable != true)).First(name => !troubled.Contains(name));
    }

    internal static async Task<NodeAlert> AlertAsync(
        MonitoredCluster cluster,
        RunningOperation monitor,
        string node,
        string cause,
        string transition
    )
    {
        NodeAlert? found = null;
        await cluster.UntilAsync(
            () =>
                (
                    found = MonitoredCluster
                        .AlertsOf(monitor)
                        .FirstOrDefault(alert => alert.Nodes.Contains(node) && alert.Cause == cause && alert.Transition == transition)
                )
                    is not null,
            $"{transition} {cause} of {node}",
            // A monitor on a busy machine has sixteen steps for what may come late.
            MonitoredCluster.Late / 16
        );
        return found!;
    }

    internal static void Note(
        Node node,
        Dictionary<string, string> hit,
        ConcurrentDictionary<(string Node, bool IsThere), DateTimeOffset> evidence,
        MonitoredCluster cluster
    )
    {
        foreach ((string kind, _, string? condition) in Faults)
        {
            if (!hit.TryGetValue(kind, out string? name) || name != node.Metadata.Name)
                continue;
            bool isThere = condition is null
                ? node.Status.Conditions.Find("Ready")?.Status != "True"
                : node.Status.Conditions.Find(condition)?.Status == "True";
            if (isThere || evidence.ContainsKey((name, true)))
                evidence.TryAdd((name, isThere), cluster.Now);
        }
    }

    internal static async Task<DateTimeOffset> RenewedAsync(MonitoredCluster cluster, string node) =>
        (await cluster.Session.Connection().Client.GetAsync(Resources.NodeLeases, node, "kube-node-lease", default)).Spec.RenewTime!.Value;
}

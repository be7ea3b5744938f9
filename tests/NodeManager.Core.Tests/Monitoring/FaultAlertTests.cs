using System.Collections.Concurrent;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Alerts;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>What each fault of the embedded cluster's nodes is as an alert, and how soon it comes and is resolved.</summary>
public sealed class FaultAlertTests
{
    private static readonly TimeSpan Debounce = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    // The condition that tells of the fault; none: the Lease does.
    private static readonly (string Kind, string Cause, string? Condition)[] Faults =
    [
        (SandboxFaultKind.NodeDown, NodeFindingCause.Unreachable, null),
        (SandboxFaultKind.MemoryPressure, NodeFindingCause.MemoryPressure, "MemoryPressure"),
        (SandboxFaultKind.DiskPressure, NodeFindingCause.DiskPressure, "DiskPressure"),
        (SandboxFaultKind.PIDPressure, NodeFindingCause.PidPressure, "PIDPressure"),
    ];

    // No fault of the node: nothing is told.
    private static readonly string[] Silent = [SandboxFaultKind.NodeSlow, SandboxFaultKind.PodUnready, SandboxFaultKind.PodNeverReady, SandboxFaultKind.PodNeverEnds];

    [Fact]
    public async Task Each_fault_is_an_alert_in_time_and_resolved_in_time()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(16);
        RunningOperation monitor = await cluster.MonitorAsync(new() { Session = cluster.Session, Options = new() { Debounce = Debounce } });
        HashSet<string> troubled = cluster.Troubled;
        using CacheUse<Node> nodes = cluster.Session.Connection().Caches().Open(Resources.Nodes, new());
        Queue<string> healthy = new(nodes.Cache.Items.Select(static node => node.Metadata.Name).Where(name => !troubled.Contains(name)).Order(StringComparer.Ordinal));
        Dictionary<string, string> hit = [];
        ConcurrentDictionary<(string Node, bool IsThere), DateTimeOffset> evidence = new();
        using IDisposable subscription = nodes.Cache.Subscribe(change => Note(change.Object, hit, evidence, cluster));

        foreach ((string kind, _, _) in Faults)
        {
            hit[kind] = healthy.Dequeue();
            cluster.Cluster.SetFault(new() { Kind = kind, Name = kind, Nodes = [hit[kind]] });
        }

        foreach (string kind in Silent) cluster.Cluster.SetFault(new() { Kind = kind, Name = kind, Nodes = [healthy.Dequeue()] });
        int before = MonitoredCluster.AlertsOf(monitor).Count;
        DateTimeOffset renewed = await RenewedAsync(cluster, hit[SandboxFaultKind.NodeDown]);
        await cluster.PassAsync(TimeSpan.FromSeconds(90));
        evidence[(hit[SandboxFaultKind.NodeDown], true)] = renewed + TimeSpan.FromSeconds(40);

        NodeAlert[] raised = [.. MonitoredCluster.AlertsOf(monitor).Skip(before)];
        Assert.Equal(
            Faults.Select(fault => $"{hit[fault.Kind]} {fault.Cause} Raised").Order(StringComparer.Ordinal),
            raised.Select(static alert => $"{alert.Nodes} {alert.Cause} {alert.Transition}").Order(StringComparer.Ordinal));
        foreach (NodeAlert alert in raised) AssertInTime(alert, evidence[(alert.Nodes[0], true)]);

        foreach ((string kind, _, _) in Faults) cluster.Cluster.ClearFault(kind);
        await cluster.PassAsync(TimeSpan.FromSeconds(120));
        NodeAlert[] resolved = [.. MonitoredCluster.AlertsOf(monitor).Skip(before + raised.Length)];
        Assert.Equal(
            raised.Select(static alert => $"{alert.Id} Resolved").Order(StringComparer.Ordinal),
            resolved.Select(static alert => $"{alert.Id} {alert.Transition}").Order(StringComparer.Ordinal));
        foreach (NodeAlert alert in resolved) AssertInTime(alert, evidence[(alert.Nodes[0], false)]);

        HashSet<string> ids = [.. raised.Select(static alert => alert.Id)];
        NodeAlert[] listed = [.. cluster.Session.Get<NodeAlerts>().List().Where(alert => ids.Contains(alert.Id))];
        Assert.All(listed, static alert => Assert.Equal(NodeAlertStatus.Resolved, alert.Status));
        Assert.Equal(Faults.Length, listed.Length);
        await MonitoredCluster.StopAsync(monitor);
    }

    private static void AssertInTime(NodeAlert alert, DateTimeOffset evidence)
    {
        TimeSpan after = alert.UpdatedAt - evidence;
        // A Lease's time of writing has whole seconds.
        Assert.True(after >= Debounce - TimeSpan.FromSeconds(1) && after <= Debounce + Late, $"{alert.Transition} {alert.Cause} of {alert.Nodes} came {after.TotalSeconds:0.00} s after its evidence at {evidence:HH:mm:ss.f}");
    }

    private static void Note(Node node, Dictionary<string, string> hit, ConcurrentDictionary<(string Node, bool IsThere), DateTimeOffset> evidence, MonitoredCluster cluster)
    {
        foreach ((string kind, _, string? condition) in Faults)
        {
            if (!hit.TryGetValue(kind, out string? name) || name != node.Metadata.Name) continue;
            bool isThere = condition is null ? node.Status.Conditions.Find("Ready")?.Status != "True" : node.Status.Conditions.Find(condition)?.Status == "True";
            if (isThere || evidence.ContainsKey((name, true))) evidence.TryAdd((name, isThere), cluster.Now);
        }
    }

    private static async Task<DateTimeOffset> RenewedAsync(MonitoredCluster cluster, string node) =>
        (await cluster.Session.Connection().Client.GetAsync(Resources.NodeLeases, node, "kube-node-lease", default)).Spec.RenewTime!.Value;
}

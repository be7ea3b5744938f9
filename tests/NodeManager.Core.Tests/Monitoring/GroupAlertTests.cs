using System.Collections.Concurrent;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>Nodes that fail together.</summary>
public sealed class GroupAlertTests
{
    [Fact]
    public async Task A_zone_that_fails_is_one_alert_that_each_node_joins_in_time()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(24);
        RunningOperation monitor = await cluster.MonitorAsync(
            new()
            {
                Session = cluster.Session,
                Options = new() { Debounce = MonitoredCluster.Debounce },
            }
        );
        using CacheUse<Node> nodes = cluster.Session.Connection().Caches().Open(Resources.Nodes, new());
        HashSet<string> troubled = cluster.Troubled;
        IGrouping<string, string> zone = nodes
            .Cache.Items.Where(node => !troubled.Contains(node.Metadata.Name))
            .GroupBy(static node => node.Metadata.Labels!["topology.kubernetes.io/zone"], static node => node.Metadata.Name)
            .MaxBy(static group => group.Count())!;
        int before = MonitoredCluster.AlertsOf(monitor).Count;

        cluster.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.NodeDown,
                Name = "zone",
                Nodes = [.. zone],
            }
        );
        Dictionary<string, DateTimeOffset> stale = (
            await cluster.Session.Connection().Client.ListAsync(Resources.NodeLeases, new() { Namespace = "kube-node-lease" }, default)
        )
            .Items.Where(lease => zone.Contains(lease.Metadata.Name))
            .ToDictionary(static lease => lease.Metadata.Name, static lease => lease.Spec.RenewTime!.Value.AddSeconds(40));
        await cluster.PassAsync(TimeSpan.FromSeconds(90));
        NodeAlert[] told = [.. MonitoredCluster.AlertsOf(monitor).Skip(before)];
        Assert.Single(told.Select(static alert => alert.Id).Distinct());
        Assert.Equal((zone.Count(), NodeAlertGroupBy.Zone, zone.Key), (told[^1].Nodes.Count, told[^1].GroupBy, told[^1].Group));
        Assert.True(zone.Count() > 3);
        foreach (string node in zone)
            MonitoredCluster.AssertInTime(told.First(alert => alert.Nodes.Contains(node)), stale[node]);

        ConcurrentDictionary<string, DateTimeOffset> ready = new();
        using IDisposable subscription = nodes.Cache.Subscribe(change =>
        {
            if (
                change.Before is not null
                && zone.Contains(change.Object.Metadata.Name)
                && change.Object.Status.Conditions.Find("Ready")?.Status == "True"
            )
                ready.TryAdd(change.Object.Metadata.Name, cluster.Now);
        });
        cluster.Cluster.ClearFault("zone");
        await cluster.PassAsync(TimeSpan.FromSeconds(120));
        NodeAlert resolved = MonitoredCluster.AlertsOf(monitor)[^1];
        Assert.Equal((told[0].Id, NodeAlertTransition.Resolved), (resolved.Id, resolved.Transition));
        MonitoredCluster.AssertInTime(resolved, ready.Values.Max());
        await MonitoredCluster.StopAsync(monitor);
    }
}

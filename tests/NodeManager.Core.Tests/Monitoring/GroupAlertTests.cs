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
    public async Task A_zone_that_fails_is_one_alert()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(24);
        RunningOperation monitor = await cluster.MonitorAsync(new() { Session = cluster.Session });
        using CacheUse<Node> nodes = cluster.Session.Connection().Caches().Open(Resources.Nodes, new());
        HashSet<string> troubled = cluster.Troubled;
        IGrouping<string, string> zone = nodes.Cache.Items.Where(node => !troubled.Contains(node.Metadata.Name))
            .GroupBy(static node => node.Metadata.Labels!["topology.kubernetes.io/zone"], static node => node.Metadata.Name).MaxBy(static group => group.Count())!;
        int before = MonitoredCluster.AlertsOf(monitor).Count;

        cluster.Cluster.SetFault(new() { Kind = SandboxFaultKind.NodeDown, Name = "zone", Nodes = [.. zone] });
        await cluster.PassAsync(TimeSpan.FromSeconds(90));
        NodeAlert[] told = [.. MonitoredCluster.AlertsOf(monitor).Skip(before)];
        Assert.Single(told.Select(static alert => alert.Id).Distinct());
        Assert.Equal((zone.Count(), NodeAlertGroupBy.Zone, zone.Key), (told[^1].Nodes.Count, told[^1].GroupBy, told[^1].Group));
        Assert.True(zone.Count() > 3);

        cluster.Cluster.ClearFault("zone");
        await cluster.PassAsync(TimeSpan.FromSeconds(120));
        Assert.Equal((told[0].Id, NodeAlertTransition.Resolved), (MonitoredCluster.AlertsOf(monitor)[^1].Id, MonitoredCluster.AlertsOf(monitor)[^1].Transition));
        await MonitoredCluster.StopAsync(monitor);
    }
}

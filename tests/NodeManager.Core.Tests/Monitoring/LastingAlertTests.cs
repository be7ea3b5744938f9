using NodeManager.Controllers.Caching;
using NodeManager.Core.Health.Checks;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring.Alerts;
using static NodeManager.Core.Tests.Monitoring.FaultAlertTests;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>Faults whose alerts outlast them: how soon an alert comes, and how long it stays.</summary>
public sealed class LastingAlertTests
{
    [Fact]
    public async Task Failed_image_cleanup_is_an_alert_until_its_Events_expire()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8);
        RunningOperation monitor = await cluster.MonitorAsync(
            new()
            {
                Session = cluster.Session,
                Options = new() { Debounce = MonitoredCluster.Debounce },
            }
        );
        string node = await HealthyAsync(cluster);
        DateTimeOffset? written = null;
        using CacheUse<Event> events = cluster.Session.Connection().Caches().Open(Resources.Events, new());
        await events.Cache.Synced;
        using IDisposable subscription = events.Cache.Subscribe(change =>
        {
            if (change.Object.InvolvedObject.Name == node && change.Object.Reason is "FreeDiskSpaceFailed" or "ImageGCFailed")
                written ??= cluster.Now;
        });
        cluster.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.ImageGarbageCollection,
                Name = "images",
                Nodes = [node],
            }
        );
        MonitoredCluster.AssertInTime(
            await AlertAsync(cluster, monitor, node, NodeFindingCause.ImageGarbageCollection, NodeAlertTransition.Raised),
            written!.Value
        );

        cluster.Cluster.ClearFault("images");
        NodeAlert resolved = await AlertAsync(
            cluster,
            monitor,
            node,
            NodeFindingCause.ImageGarbageCollection,
            NodeAlertTransition.Resolved
        );
        DateTimeOffset last = (await cluster.Session.Connection().Client.ListAsync(Resources.Events, new(), default))
            .Items.Where(one => one.InvolvedObject.Name == node && one.Reason is "FreeDiskSpaceFailed" or "ImageGCFailed")
            .Max(static one => one.LastTimestamp!.Value);
        MonitoredCluster.AssertInTime(resolved, last + HealthThresholds.Default.ImageGarbageCollectionWindow);
        await MonitoredCluster.StopAsync(monitor);
    }

    [Fact]
    public async Task A_flapping_node_is_one_alert_until_it_is_stable()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8);
        RunningOperation monitor = await cluster.MonitorAsync(
            new()
            {
                Session = cluster.Session,
                Options = new() { Debounce = MonitoredCluster.Debounce },
            }
        );
        string node = await HealthyAsync(cluster);
        int changes = 0;
        DateTimeOffset? third = null,
            last = null;
        using CacheUse<Node> nodes = cluster.Session.Connection().Caches().Open(Resources.Nodes, new());
        bool wasReady = true;
        using IDisposable subscription = nodes.Cache.Subscribe(change =>
        {
            if (change.Object.Metadata.Name != node)
                return;
            bool isReady = change.Object.Status.Conditions.Find("Ready")?.Status == "True";
            if (wasReady && !isReady)
            {
                last = cluster.Now;
                if (++changes == HealthThresholds.Default.Flaps)
                    third = last;
            }

            wasReady = isReady;
        });
        cluster.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.NodeFlapping,
                Name = "flap",
                Nodes = [node],
                Period = TimeSpan.FromMinutes(2),
            }
        );
        MonitoredCluster.AssertInTime(
            await AlertAsync(cluster, monitor, node, NodeFindingCause.Flapping, NodeAlertTransition.Raised),
            third!.Value
        );
        cluster.Cluster.ClearFault("flap");
        NodeAlert resolved = await AlertAsync(cluster, monitor, node, NodeFindingCause.Flapping, NodeAlertTransition.Resolved);
        MonitoredCluster.AssertInTime(resolved, last!.Value + HealthThresholds.Default.FlapQuiet);
        NodeAlert[] all = [.. MonitoredCluster.AlertsOf(monitor).Where(alert => alert.Nodes.Contains(node))];
        Assert.Single(all, static alert => alert is { Cause: NodeFindingCause.Flapping, Transition: NodeAlertTransition.Raised });
        // Before it was known to flap, each time was a failure of its own; after that none is.
        Assert.True(
            all.Count(static alert => alert is { Cause: NodeFindingCause.NotReady, Transition: NodeAlertTransition.Raised })
                < HealthThresholds.Default.Flaps
        );
        Assert.DoesNotContain(
            cluster.Session.Get<NodeAlerts>().List(),
            alert => alert.Status == NodeAlertStatus.Firing && alert.Nodes.Contains(node)
        );
        await MonitoredCluster.StopAsync(monitor);
    }
}

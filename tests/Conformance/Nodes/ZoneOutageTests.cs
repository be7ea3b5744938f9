using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;
using Xunit.Abstractions;
using static NodeManager.Conformance.Nodes.ZoneLab;

namespace NodeManager.Conformance.Nodes;

/// <summary>
/// Outages of zones: which nodes get the NoExecute taint, and when. Rates are Kubernetes' own, so this takes minutes on the real control plane.
/// </summary>
[Takes(300)]
public sealed class ZoneOutageTests(ITestOutputHelper output)
{
    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_are_tainted_at_the_rate_of_their_zones_state(string backend)
    {
        using ControlPlane? plane = await StartPlaneAsync(backend);
        await using TestCluster cluster = plane is null
            ? await TestCluster.StartAsync(backend, speed: 10)
            : await TestCluster.StartOnAsync(plane);
        string[][] zones = await AddZonesAsync(cluster, 3, ZoneSize, 2);
        await using var log = new TaintLog(cluster, output);

        // One zone of three is down: one node every ten seconds.
        await StopAsync(cluster, zones[0]);
        IReadOnlyList<TaintSeen> first = await log.WaitForAsync("the nodes of zone a", zones[0], 3);
        Assert.All(first, taint => Assert.Equal(Unreachable, taint.Key));
        Assert.All(Gaps(first), gap => Assert.InRange(gap, 9, 25));

        // 60 % of another zone are down: none in a small zone, one every 100 seconds in a large one.
        string[] failed = zones[1][..(ZoneSize * 6 / 10)],
            alive = zones[1][failed.Length..];
        await StopAsync(cluster, failed);
        await log.WaitForLostAsync(failed);
        await Task.Delay(TimeSpan.FromSeconds(10), cluster.Time);
        int early = log.Of(failed).Count;
        Assert.InRange(early, 0, 2);
        if (ZoneSize > 50)
        {
            // One by one: each may take as long as a wait may.
            for (int more = 1; more <= 3; more++)
                await log.WaitForAsync("a further node of zone b", failed, early + more);
            Assert.All(Gaps(log.Of(failed)).TakeLast(2), gap => Assert.InRange(gap, 99, 115));
        }
        else
        {
            await Task.Delay(Quiet, cluster.Time);
            Assert.Equal(early, log.Of(failed).Count);
        }

        // Every zone is down: the taints are removed and none is added.
        await StopAsync(cluster, [.. alive, .. zones[2]]);
        string[] all = [.. zones.SelectMany(zone => zone)];
        await log.WaitForLostAsync(all);
        // The real controller overlooks taints that it adds while it notices: one a zone at most.
        int overlooked = cluster.IsReal ? zones.Length : 0;
        await Eventually.HoldsAsync("no NoExecute taint", async () => (await log.ReadAsync()).Count(IsTainted) <= overlooked);
        int before = log.Of(all).Count;
        await Task.Delay(Quiet, cluster.Time);
        IReadOnlyList<Node> nodes = await log.ReadAsync();
        Assert.InRange(nodes.Count(IsTainted), 0, overlooked);
        Assert.InRange(log.Of(all).Count - before, 0, overlooked);
        Assert.All(nodes, node => Assert.Contains(node.Spec.Taints!, taint => taint is { Key: Unreachable, Effect: "NoSchedule" }));

        // One zone is back: the others are tainted again, after a pause. (1.20 comes back to some nodes before it has been to all.)
        DateTimeOffset back = cluster.Time.GetUtcNow();
        log.Clear();
        foreach (string name in zones[2])
            await cluster.AnnotateAsync(Resources.Nodes, name, "heartbeat", null);
        IReadOnlyList<TaintSeen> again = await log.WaitForAsync("the nodes of zone a again", zones[0], 3);
        Assert.InRange((again[0].At - back).TotalSeconds, 9, 40);
        Assert.All(Gaps(again), gap => Assert.InRange(gap, 9, 25));
        Assert.Empty(log.Of(zones[2]));

        // Kubelets that are back lose the taint, and those that report NotReady change it without waiting.
        string notReady = again[^1].Node,
            ready = zones[0].First(name => name != notReady);
        await cluster.AnnotateAsync(Resources.Nodes, notReady, "ready", "false");
        await cluster.AnnotateAsync(Resources.Nodes, notReady, "heartbeat", null);
        await cluster.AnnotateAsync(Resources.Nodes, ready, "heartbeat", null);
        await cluster.WaitForAsync(
            Resources.Nodes,
            notReady,
            node => node.Spec.Taints!.Exists(taint => taint is { Key: NotReady, Effect: "NoExecute" })
        );
        await cluster.WaitForAsync(Resources.Nodes, ready, node => node.Spec.Taints is null or []);
    }
}

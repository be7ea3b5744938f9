using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;
using Xunit.Abstractions;
using static NodeManager.Conformance.Nodes.ZoneLab;

namespace NodeManager.Conformance.Nodes;

/// <summary>Beside <see cref="ZoneOutageTests"/>, on a control plane of its own: what an outage of zones does not taint, and what it taints again.</summary>
[Takes(200)]
public sealed class ZoneExemptionTests(ITestOutputHelper output)
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_removed_taint_is_restored_and_excluded_nodes_do_not_count(string backend)
    {
        using ControlPlane? plane = await StartPlaneAsync(backend);
        await using TestCluster cluster = plane is null
            ? await TestCluster.StartAsync(backend, speed: 10)
            : await TestCluster.StartOnAsync(plane);
        string[][] zones = await AddZonesAsync(cluster, 1, 1);
        string master = $"node-{cluster.Id}-master";
        JsonObject manifest = Manifests.Node(master, cluster.Mark);
        AddZone(manifest, "b");
        await cluster.CreateAsync(Resources.Nodes, manifest);
        await cluster.WaitForAsync(Resources.Nodes, master, node => node.Spec.Taints is null or []);
        await using var log = new TaintLog(cluster, output);

        await StopAsync(cluster, zones[0]);
        await log.WaitForAsync("the node of zone a", zones[0], 1);
        log.Clear();
        await cluster.Client.PatchAsync(
            Resources.Nodes,
            zones[0][0],
            null,
            Patch.Merge(new() { ["spec"] = new JsonObject { ["taints"] = null } }),
            null,
            RequestOptions.Default,
            default
        );
        await Task.Delay(Quiet, cluster.Time);
        Assert.NotEmpty(log.Of(zones[0]));

        // The zone's other node is Ready. In 1.20 it does not count, because of its name; later ones go by the label alone.
        string[] all = [.. zones[0], .. zones[1]];
        await StopAsync(cluster, zones[1]);
        await log.WaitForLostAsync(all);
        await Task.Delay(Quiet, cluster.Time);
        Assert.Equal(cluster.Minor >= 21 ? 2 : 0, (await log.ReadAsync()).Count(IsTainted));
        await cluster.Client.PatchAsync(
            Resources.Nodes,
            master,
            null,
            Patch.Merge(
                new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["node.kubernetes.io/exclude-disruption"] = "" } } }
            ),
            null,
            RequestOptions.Default,
            default
        );
        await Eventually.HoldsAsync("no NoExecute taint", async () => !(await log.ReadAsync()).Any(IsTainted));
    }
}

using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Decisions;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>What is not a claim's is left alone, however it looks.</summary>
public sealed class ForeignMachineTests
{
    [Fact]
    public async Task Foreign_manual_and_abandoned_machines_are_not_collected()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 60);
        await AddMachineAsync(lab, "other", "other/sim", "11111111-aaaa-bbbb-cccc-000000000001");
        await AddMachineAsync(lab, "manual", "c/sim", "manual-1234");
        await AddMachineAsync(lab, "abandoned", "c/sim", "11111111-aaaa-bbbb-cccc-000000000002");
        await AddMachineAsync(lab, "orphan", "c/sim", "11111111-aaaa-bbbb-cccc-000000000003");
        await lab.Cluster.CreateAsync(
            Resources.ConfigMaps,
            JsonNode
                .Parse(
                    $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{NodeSmithNames.AbandonedConfigMap}}"},"data":{"11111111-aaaa-bbbb-cccc-000000000002":"{}"} }"""
                )!
                .AsObject()
        );
        await lab.AddPoolAsync();
        await lab.RunAsync();

        await lab.Cluster.WaitForGoneAsync(Resources.ConfigMaps, "machine.sim.orphan");

        Assert.Equal(["abandoned", "manual", "other"], (await lab.MachinesAsync()).Select(static one => one.Name).Order());
    }

    [Fact]
    public async Task A_claim_whose_machine_was_replaced_is_removed_once_its_node_is_not_ready()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 60);
        await lab.AddPoolAsync();
        lab.Wanted = 1;
        await lab.AddClaimAsync("one");
        RunningOperation running = await lab.RunAsync();
        NodeSmithClaim ready = await lab.WaitForClaimAsync("one", AutoscalerLab.IsReady);
        string node = ready.Status!.NodeName!;

        // Its id and name, and another owner's mark.
        await lab.PatchAsync(
            Resources.ConfigMaps,
            $"machine.sim.{ready.Status.MachineName}",
            $$$"""{"data":{"description":"nodesmith: owner=other/sim claim=reused id={{{ready.Status.MachineName}}} name={{{ready.Status.MachineName}}} state=complete"} }"""
        );

        NodeManagerSession session = await lab.Cluster.ConnectAsync();
        await Eventually.HoldsAsync(
            "the decision to wait",
            async () =>
                (await DecisionReader.ReadAsync(session, lab.Namespace, default)).Any(static one =>
                    one is { Target: "claim/one", Decision: AutoscalerDecision.Wait }
                    && one.Reason.Contains("is Ready", StringComparison.Ordinal)
                )
        );
        Assert.Null((await lab.ClaimAsync("one")).Metadata.DeletionTimestamp);
        Assert.True((await lab.Cluster.GetAsync(Resources.Nodes, node)).Spec.Unschedulable != true);

        await lab.PatchAsync(Resources.Nodes, node, """{"metadata":{"annotations":{"fake-kubelet/ignore":"true"} } }""");
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Claims, "one");
        Assert.Single(await lab.MachinesAsync(), static one => one.ClaimUid == "reused");
        await AutoscalerLab.StopAsync(running);
    }

    private static Task<ConfigMap> AddMachineAsync(AutoscalerLab lab, string name, string owner, string claim) =>
        lab.Cluster.CreateAsync(
            Resources.ConfigMaps,
            JsonNode
                .Parse(
                    $$"""
                    {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"machine.sim.{{name}}","labels":{"kubenodesmith.parawell.cloud/simulated-by":"sim"} },
                     "data":{"name":"{{name}}","description":"nodesmith: owner={{owner}} claim={{claim}} id={{name}} name={{name}} state=complete"} }
                    """
                )!
                .AsObject()
        );
}

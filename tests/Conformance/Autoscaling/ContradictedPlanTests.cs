using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>What reality contradicts is not repeated, by this autoscaler or the next.</summary>
public sealed class ContradictedPlanTests
{
    [Fact]
    public async Task A_pod_for_a_disk_that_no_machine_has_gets_one_machine_however_often_the_autoscaler_starts()
    {
        // A simulated machine has a disk of 100 GiB; a plan knows no limit.
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 60);
        await lab.AddPoolAsync(max: 5, template: """{"shapes":[{"name":"four","cpuCores":4,"memoryMiB":8192}]}""");
        await lab.Cluster.CreateAsync(Resources.Pods, Pod("big", "500Gi"));
        RunningOperation first = await lab.RunAsync();

        NodeSmithPool pool = await lab.Cluster.WaitForAsync(
            NodeSmithResources.Pools,
            "small",
            static one => Contradiction(one) is not null
        );
        Assert.Contains("500Gi is requested", Contradiction(pool)!.Message, StringComparison.Ordinal);
        Assert.Contains("100Gi in reality", Contradiction(pool)!.Message, StringComparison.Ordinal);
        await lab.WaitForClaimsAsync("no claims", static all => all.Count == 0);
        await AutoscalerLab.StopAsync(first);

        await lab.RunAsync();
        // Others still get theirs.
        await lab.Cluster.CreateAsync(Resources.Pods, Pod("small", "1Gi"));
        await lab.Cluster.WaitForAsync(Resources.Pods, "small", static one => one.Spec.NodeName is { Length: > 0 });
        DateTimeOffset later = lab.PlannedAt + TimeSpan.FromMinutes(20);
        await Eventually.HoldsAsync("plans of twenty minutes", () => Task.FromResult(lab.PlannedAt > later));

        // One for the large pod, one for the other.
        Assert.Equal(3, (await lab.Cluster.GetAsync(NodeSmithResources.Pools, "small")).Status!.NextClaimSequence);
    }

    [Fact]
    public async Task A_claim_whose_machine_and_node_are_dead_ends_without_its_kubelet()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, speed: 60);
        // Collection ends the claim too, a minute after its machine: a second here.
        lab.CollectionInterval = TimeSpan.FromDays(1);
        await lab.AddPoolAsync();
        lab.Wanted = 1;
        await lab.AddClaimAsync("one");
        await lab.RunAsync();
        NodeSmithClaim ready = await lab.WaitForClaimAsync("one", AutoscalerLab.IsReady);
        string node = ready.Status!.NodeName!;
        JsonObject bound = Pod("bound", "1Gi");
        bound["spec"]!["nodeName"] = node;
        await lab.Cluster.CreateAsync(Resources.Pods, bound);
        await lab.Cluster.WaitForAsync(Resources.Pods, "bound", static one => one.Status.Phase == "Running");

        // The machine is gone at its provider, and no kubelet ends the pod.
        await lab.PatchAsync(Resources.Nodes, node, """{"metadata":{"annotations":{"fake-kubelet/ignore":"true"} } }""");
        await lab.DeleteAsync(Resources.ConfigMaps, $"machine.sim.{ready.Status.MachineName}");
        await lab.Cluster.WaitForAsync(
            Resources.Nodes,
            node,
            static one => one.Status.Conditions!.Find(static condition => condition.Type == "Ready")!.Status != "True"
        );
        await lab.DeleteAsync(NodeSmithResources.Claims, "one");

        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Claims, "one");
        await lab.Cluster.WaitForGoneAsync(Resources.Pods, "bound");
        await lab.Cluster.WaitForGoneAsync(Resources.Nodes, node);
    }

    private static NodeSmithCondition? Contradiction(NodeSmithPool pool) =>
        pool.Status?.Conditions?.Find(static one =>
            one is { Type: NodeSmithConditions.MachinesAsPlanned, Status: "False", Reason: AutoscalerReason.NotAsPlanned }
        );

    private static JsonObject Pod(string name, string disk) =>
        JsonNode
            .Parse(
                $$$"""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}","annotations":{"cluster-autoscaler.kubernetes.io/safe-to-evict":"true"}},
                 "spec":{"nodeSelector":{"{{{NodeSmithNames.DefaultPoolLabelKey}}}":"small"},
                   "containers":[{"name":"c","image":"registry.example.com/app:1","resources":{"requests":{"cpu":"1","memory":"1Gi","ephemeral-storage":"{{{disk}}}"} } }]}}
                """
            )!
            .AsObject();
}

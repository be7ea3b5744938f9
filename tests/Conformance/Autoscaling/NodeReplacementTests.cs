using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A running autoscaler that replaces nodes: the new node is Ready before the old one is drained.</summary>
[Collection(AutoscalerLab.InTurn)]
public sealed class NodeReplacementTests
{
    private const string Four = """{"name":"four","cpuCores":4,"memoryMiB":8192}""";
    private const string Window = "\"stabilizationWindow\":\"1s\"";

    [SkippableTheory]
    [AllBackends]
    public async Task An_expensive_node_is_replaced_by_a_cheaper_one_when_its_pod_allows_it_and_an_empty_one_is_removed(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        NodeSmithClaim old = (await StartAsync(lab, 1))[0];
        await RunningAsync(lab, "web", old, "500m", """{"karpenter.sh/do-not-disrupt":"true"}""");
        await ChangeAsync(lab, 0, """{"name":"two","cpuCores":2,"memoryMiB":4096},""" + Four, Consolidation("SingleNode"));

        await PlannedAsync(lab);
        Assert.Equal(old.Metadata.Uid, Assert.Single(await lab.ClaimsAsync()).Metadata.Uid);

        await lab.PatchAsync(
            Resources.Pods,
            "web",
            """{"metadata":{"annotations":{"karpenter.sh/do-not-disrupt":null,"cluster-autoscaler.kubernetes.io/safe-to-evict":"true"} } }"""
        );
        NodeSmithClaim cheaper = Assert.Single(await ReplacedAsync(lab, 1, [old]));
        Assert.Equal("two", cheaper.Spec.Shape);
        Assert.Equal(AutoscalerReason.Underutilized, MachineReplacement.Of(cheaper)!.Reason);
        // The new node is empty now, as no controller recreates the pod.
        await lab.WaitForClaimsAsync("no claims", static all => all.Count == 0);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Two_nodes_are_replaced_by_one(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        List<NodeSmithClaim> old = await StartAsync(lab, 2);
        foreach (NodeSmithClaim claim in old)
            await RunningAsync(
                lab,
                "on-" + claim.Metadata.Name,
                claim,
                "2500m",
                """{"cluster-autoscaler.kubernetes.io/safe-to-evict":"true"}"""
            );
        await ChangeAsync(lab, 0, Four + """,{"name":"six","cpuCores":6,"memoryMiB":12288}""", Consolidation("MultiNode"));

        NodeSmithClaim one = Assert.Single(await ReplacedAsync(lab, 1, old));
        Assert.Equal(("six", 2), (one.Spec.Shape, MachineReplacement.Of(one)!.Claims.Count));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_outdated_node_is_replaced_at_the_minimum_of_its_pool(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        NodeSmithClaim old = (await StartAsync(lab, 1))[0];
        await RunningAsync(lab, "web", old, "500m", """{"cluster-autoscaler.kubernetes.io/safe-to-evict":"true"}""");

        await ChangeAsync(lab, 1, """{"name":"quad","cpuCores":4,"memoryMiB":8192}""", $"{{{Window},\"replaceDrifted\":true}}");

        NodeSmithClaim current = Assert.Single(await ReplacedAsync(lab, 1, [old]));
        Assert.Equal(("quad", AutoscalerReason.Drifted), (current.Spec.Shape, MachineReplacement.Of(current)!.Reason));
    }

    private static async Task<List<NodeSmithClaim>> StartAsync(AutoscalerLab lab, int nodes)
    {
        await lab.AddPoolAsync(
            min: nodes,
            max: 9,
            template: $"{{\"shapes\":[{Four}]}}",
            fields: $"\"price\":{{\"currency\":\"EUR\",\"perCoreHour\":\"0.1\"}},\"scaleDown\":{{{Window}}}"
        );
        await lab.RunAsync();
        return await lab.WaitForClaimsAsync("ready claims", all => all.Count == nodes && all.TrueForAll(AutoscalerLab.IsReady));
    }

    private static string Consolidation(string mode) => $"{{{Window},\"consolidation\":{{\"mode\":\"{mode}\",\"replace\":true}}}}";

    private static Task ChangeAsync(AutoscalerLab lab, int minimum, string shapes, string scaleDown) =>
        lab.PatchAsync(
            NodeSmithResources.Pools,
            "small",
            $"{{\"spec\":{{\"limits\":{{\"minNodes\":{minimum}}},\"machineTemplate\":{{\"shapes\":[{shapes}]}},\"scaleDown\":{scaleDown}}}}}"
        );

    // Another plan after the changes so far.
    private static async Task PlannedAsync(AutoscalerLab lab)
    {
        DateTimeOffset before = lab.PlannedAt;
        await lab.PatchAsync(NodeSmithResources.Pools, "small", """{"spec":{"priority":1}}""");
        await Eventually.HoldsAsync("a plan", () => Task.FromResult(lab.PlannedAt > before));
    }

    private static async Task<List<NodeSmithClaim>> ReplacedAsync(AutoscalerLab lab, int count, IReadOnlyList<NodeSmithClaim> old)
    {
        bool isEarly = false;
        bool IsOld(NodeSmithClaim claim) => old.Any(one => one.Metadata.Uid == claim.Metadata.Uid);
        List<NodeSmithClaim> claims = await lab.WaitForClaimsAsync(
            "ready claims without the old ones",
            all =>
            {
                isEarly |=
                    all.Exists(one => IsOld(one) && one.Metadata.DeletionTimestamp is not null)
                    && all.Count(one => !IsOld(one) && AutoscalerLab.IsReady(one)) < count;
                return all.Count == count && !all.Exists(IsOld) && all.TrueForAll(AutoscalerLab.IsReady);
            }
        );
        Assert.False(isEarly, "An old claim was deleted before the new one was Ready.");
        return claims;
    }

    private static Task RunningAsync(AutoscalerLab lab, string name, NodeSmithClaim claim, string cpu, string annotations)
    {
        JsonObject pod = Manifests.Pod(name, claim.Status!.NodeName);
        pod["metadata"]!["annotations"] = JsonNode.Parse(annotations);
        pod["spec"]!["terminationGracePeriodSeconds"] = 0;
        pod["spec"]!["containers"]![0]!["resources"]!["requests"] = new JsonObject { ["cpu"] = cpu, ["memory"] = "256Mi" };
        return lab.Cluster.CreateAsync(Resources.Pods, pod);
    }
}

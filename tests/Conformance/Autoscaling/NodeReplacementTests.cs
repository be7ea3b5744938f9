using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A running autoscaler that replaces nodes: the new node is Ready before the old one is drained.</summary>
[Collection(AutoscalerLab.InTurn)]
[Takes(90)]
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

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_is_replaced_when_it_expires(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10);
        NodeSmithClaim old = (await StartAsync(lab, 1))[0];
        await RunningAsync(lab, "web", old, "500m", """{"cluster-autoscaler.kubernetes.io/safe-to-evict":"true"}""");

        // Nothing but the time starts the plan of the replacement.
        await ChangeAsync(lab, 1, Four, $"{{{Window},\"expireAfter\":\"1h\"}}");
        await PlannedAsync(lab);
        Assert.Equal(old.Metadata.Uid, Assert.Single(await lab.ClaimsAsync()).Metadata.Uid);
        TimeSpan remaining = TimeSpan.FromSeconds(lab.Cluster.IsReal ? 5 : 30);
        DateTimeOffset created = NodeSmithConditionList.Seconds(lab.Cluster.Time.GetUtcNow() - TimeSpan.FromHours(1) + remaining);
        await lab.PatchAsync(
            NodeSmithResources.Claims,
            old.Metadata.Name,
            $"{{\"status\":{{\"machineCreated\":\"{created.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\"}}}}",
            "status"
        );

        NodeSmithClaim current = Assert.Single(await ReplacedAsync(lab, 1, [old]));
        Assert.Equal(AutoscalerReason.Expired, MachineReplacement.Of(current)!.Reason);
        Assert.True(current.Metadata.CreationTimestamp >= created + TimeSpan.FromHours(1), "It was replaced before it expired.");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_of_another_image_are_replaced_one_at_a_time(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, speed: 10, simulated: """{"image":"ubuntu-24.04"}""");
        List<NodeSmithClaim> old = await StartAsync(lab, 2);
        Assert.All(old, static one => Assert.Equal("ubuntu-24.04", one.Metadata.Annotations![NodeSmithNames.ImageAnnotation]));
        await ChangeAsync(
            lab,
            2,
            Four,
            $"{{{Window},\"replaceDrifted\":true,\"budgets\":[{{\"nodes\":\"0\",\"reasons\":[\"Drifted\"]}}]}}"
        );
        await lab.PatchAsync(NodeSmithResources.Providers, "sim", """{"spec":{"simulated":{"image":"ubuntu-26.04"}}}""");
        await PlannedAsync(lab);
        Assert.Equal(old.Select(static one => one.Metadata.Uid), (await lab.ClaimsAsync()).Select(static one => one.Metadata.Uid));

        await ChangeAsync(lab, 2, Four, $"{{{Window},\"replaceDrifted\":true,\"budgets\":[{{\"nodes\":\"1\"}}]}}");

        List<NodeSmithClaim> current = await ReplacedAsync(lab, 2, old);
        Assert.All(current, static one => Assert.Equal("ubuntu-26.04", one.Metadata.Annotations![NodeSmithNames.ImageAnnotation]));
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
                int leaving = old.Count - all.Count(one => IsOld(one) && one.Metadata.DeletionTimestamp is null),
                    ready = all.Count(one => !IsOld(one) && AutoscalerLab.IsReady(one));
                isEarly |= ready * old.Count < leaving * count;
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
        // A real cluster also has the nodes of other tests, to which the pod could move.
        pod["spec"]!["nodeSelector"] = new JsonObject { [NodeSmithNames.DefaultPoolLabelKey] = "small" };
        pod["spec"]!["containers"]![0]!["resources"]!["requests"] = new JsonObject { ["cpu"] = cpu, ["memory"] = "256Mi" };
        return lab.Cluster.CreateAsync(Resources.Pods, pod);
    }
}

using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Drains;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>A plan places pods by all that the scheduler looks at.</summary>
public sealed class PlacementTests
{
    private const string Image = "registry.invalid/large:1";

    // On a real cluster the nodes of other tests change what an image counts.
    [Theory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.OldSandbox)]
    public async Task A_plan_considers_the_images_of_nodes(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string full = await cluster.AddNodeAsync();
        string roomy = $"node-{cluster.Id}-roomy",
            imaged = $"node-{cluster.Id}-imaged";
        await cluster.AddReplicaSetAsync("flexible", 1, w => Ask(w, Image));
        await cluster.AddReplicaSetAsync(
            "pinned",
            1,
            w => Ask(w, "registry.invalid/small:1").PodSpec(new() { ["affinity"] = OnlyOn(full, roomy) })
        );
        foreach (string name in (string[])[roomy, imaged])
            await AddAsync(cluster, name);
        await cluster.AddPodAsync("filler", imaged);
        await cluster.Client.PatchAsync(
            Resources.Nodes,
            imaged,
            null,
            Patch.Merge(
                new()
                {
                    ["status"] = new JsonObject { ["images"] = JsonNode.Parse($$"""[{"names":["{{Image}}"],"sizeBytes":900000000}]""") },
                }
            ),
            "status",
            RequestOptions.Default,
            default
        );

        NodeDrainPlan plan = Assert.Single(await DrainPlanner.PlanAsync(await cluster.ConnectAsync(), [full], new(), default));

        // Without its image, the flexible pod takes the only place of the pinned one.
        Assert.All(plan.Pods, static pod => Assert.Equal((pod.Name, "Yes", ""), (pod.Name, pod.FitsElsewhere, pod.FitReason)));
        NodeDrainResult result = await cluster.DrainAsync(full, new() { WaitForReplacement = true, Timeout = Eventually.Soon });
        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal([imaged], await cluster.NodesOfReadyPodsAsync("flexible", 1));
        Assert.Equal([roomy], await cluster.NodesOfReadyPodsAsync("pinned", 1));
    }

    private static JsonObject Ask(JsonObject workload, string image)
    {
        JsonNode container = workload["spec"]!["template"]!["spec"]!["containers"]![0]!;
        container["image"] = image;
        container["resources"]!["requests"]!["cpu"] = "2500m";
        return workload;
    }

    private static JsonNode OnlyOn(string one, string other) =>
        JsonNode.Parse(
            $$$"""
            {"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
             {"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"In","values":["{{{one}}}","{{{other}}}"] } ] } ] } } }
            """
        )!;

    private static async Task AddAsync(TestCluster cluster, string name)
    {
        await cluster.CreateAsync(
            Resources.Nodes,
            Manifests.Node(name, new Dictionary<string, string>(cluster.Mark) { ["kubernetes.io/hostname"] = name }, cpu: "4")
        );
        await cluster.WaitForAsync(
            Resources.Nodes,
            name,
            static n => n.Spec.Taints is null or [] && n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true
        );
    }
}

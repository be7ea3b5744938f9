using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>Budgets that allow only when something else happens, and pods that leave with their namespace or with volumes.</summary>
public sealed class ChangingBudgetTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_budget_that_allows_only_when_another_workload_is_scaled_lets_go_then(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2, WithTier);
        await cluster.AddReplicaSetAsync("helper", 0, WithTier);
        await AddTierBudgetAsync(cluster, 2);
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new(), listener);
        await listener.HearsAsync("/tier");
        await cluster.Client.PatchAsync(
            Resources.ReplicaSets, "helper", cluster.Namespace, Patch.Merge(new() { ["spec"] = new JsonObject { ["replicas"] = 1 } }), null, RequestOptions.Default, default);
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(2, result.Evicted);
        Assert.All(result.Pods, p => Assert.Equal(DrainPodOutcome.Evicted, p.Outcome));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_budget_that_its_controller_lifts_when_the_others_are_gone_lets_go_then(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string full = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("storage", 1);
        await cluster.AddReplicaSetAsync("web", 3);
        string empty = (await AddEmptyAsync(cluster))!;
        await cluster.AddBudgetAsync("storage", "storage", "maxUnavailable", 0, allows: 0);

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new());
        // What a storage engine does: its own pod may go when nothing on the node uses it any more.
        await Eventually.HoldsAsync("the others gone", async () => (await cluster.ListPodsAsync("app=web")).All(p => p.Spec.NodeName != full));
        await cluster.Client.DeleteAsync(Resources.PodDisruptionBudgets(cluster.Capabilities.BudgetVersion), "storage", cluster.Namespace, new(), default);
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(4, result.Evicted);
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("storage", 1));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Pods_of_a_namespace_that_goes_are_waited_for(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 3, w => w.AnnotatePods("fake-kubelet/slow-terminate", "2"));
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new(), listener);
        await listener.HearsAsync("/never");
        await cluster.Client.DeleteAsync(Resources.Namespaces, cluster.Namespace, null, new(), default);
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal((3, 0), (result.Pods.Count(p => p.Outcome is DrainPodOutcome.Gone or DrainPodOutcome.Evicted), result.Remaining));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_StatefulSet_with_a_volume_is_drained_when_the_volume_is_detached(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string full = await cluster.AddNodeAsync();
        string volume = $"volume-{cluster.Id}";
        await cluster.EnsureAsync("/api/v1/persistentvolumes", Volume(volume, cluster.Namespace));
        await cluster.EnsureAsync($"/api/v1/namespaces/{cluster.Namespace}/persistentvolumeclaims", Claim(volume));
        // The embedded cluster takes the volume's name in the claim for the binding.
        await Eventually.HoldsAsync("the claim is bound", async () => !cluster.IsReal ||
            JsonNode.Parse((await cluster.SendAsync("GET", $"/api/v1/namespaces/{cluster.Namespace}/persistentvolumeclaims/data")).Text)!["status"]?["phase"]?.GetValue<string>() == "Bound");
        await cluster.AddWorkloadAsync(Resources.StatefulSets, "StatefulSet", "db", 1, w =>
        {
            w["spec"]!["serviceName"] = "db";
            w.PodSpec(new() { ["volumes"] = JsonNode.Parse("""[{"name":"data","persistentVolumeClaim":{"claimName":"data"}}]""") });
        });
        string empty = (await AddEmptyAsync(cluster))!;
        string attachment = $"attachment-{cluster.Id}";
        await cluster.EnsureAsync("/apis/storage.k8s.io/v1/volumeattachments", Attachment(attachment, volume, full));
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new(), listener);
        await listener.HearsAsync("volumes to detach");
        Assert.False(drain.IsCompleted);
        await cluster.Client.DeleteAsync(Resources.VolumeAttachments, attachment, null, new(), default);
        NodeDrainResult result = await drain;
        await cluster.SendAsync("DELETE", $"/api/v1/persistentvolumes/{volume}");

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal("db-0", Assert.Single(result.Pods).Name);
        Assert.Contains(result.Timeline, s => s.Step == DrainStep.Detach);
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("db", 1));
    }

    private static void WithTier(JsonObject workload) => workload["spec"]!["template"]!["metadata"]!["labels"]!["tier"] = "one";

    private static async Task AddTierBudgetAsync(TestCluster cluster, int healthy)
    {
        string version = cluster.Capabilities.BudgetVersion;
        await cluster.CreateAsync(
            Resources.PodDisruptionBudgets(version), Manifests.Budget(version, "tier", new Dictionary<string, string> { ["tier"] = "one" }, "minAvailable", healthy));
        await cluster.WaitForAsync(Resources.PodDisruptionBudgets(version), "tier", b => b.Status.ExpectedPods == 2 && b.Status.CurrentHealthy == 2);
    }

    private static async Task<string?> AddEmptyAsync(TestCluster cluster)
    {
        string name = $"node-{cluster.Id}-empty";
        await cluster.CreateAsync(Resources.Nodes, Manifests.Node(name, cluster.Mark));
        Node node = await cluster.WaitForAsync(
            Resources.Nodes, name, n => n.Spec.Taints is null or [] && n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true);
        return node.Metadata.Name;
    }

    private static JsonObject Volume(string name, string ns) => JsonNode.Parse(
        $$$"""
        {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"{{{name}}}"},
         "spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"persistentVolumeReclaimPolicy":"Retain","storageClassName":"manual",
         "claimRef":{"namespace":"{{{ns}}}","name":"data"},"csi":{"driver":"csi.test","volumeHandle":"{{{name}}}" } } }
        """)!.AsObject();

    private static JsonObject Claim(string volume) => JsonNode.Parse(
        $$$"""
        {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},
         "spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"manual","volumeName":"{{{volume}}}","resources":{"requests":{"storage":"1Gi" } } } }
        """)!.AsObject();

    private static JsonObject Attachment(string name, string volume, string node) => JsonNode.Parse(
        $$$"""
        {"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttachment","metadata":{"name":"{{{name}}}"},
         "spec":{"attacher":"csi.test","nodeName":"{{{node}}}","source":{"persistentVolumeName":"{{{volume}}}" } } }
        """)!.AsObject();
}

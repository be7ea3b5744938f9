using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Options;

namespace NodeManager.Conformance.Drain;

/// <summary>Which volumes a drain waits for.</summary>
public sealed class VolumeTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_StatefulSet_with_a_volume_is_drained_when_the_volume_is_detached(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string full = await cluster.AddNodeAsync();
        await AddDatabaseAsync(cluster, full);
        string empty = await AddEmptyAsync(cluster);
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new(), listener);
        await listener.HearsAsync("volumes to detach");
        Assert.False(drain.IsCompleted);
        await cluster.Client.DeleteAsync(Resources.VolumeAttachments, AttachmentOf(cluster), null, new(), default);
        NodeDrainResult result = await drain;
        await cluster.SendAsync("DELETE", $"/api/v1/persistentvolumes/{VolumeOf(cluster)}");

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal("db-0", Assert.Single(result.Pods).Name);
        Assert.Contains(result.Timeline, s => s.Step == DrainStep.Detach);
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("db", 1));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Volumes_of_remaining_pods_are_not_waited_for(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string full = await cluster.AddNodeAsync();
        await AddDatabaseAsync(cluster, full);
        await cluster.AddReplicaSetAsync("web", 1);
        await AddEmptyAsync(cluster);
        DrainOptions selected = new() { PodSelector = "app=web", Timeout = Eventually.Soon };

        NodeDrainResult first = await cluster.DrainAsync(full, selected);
        // What an earlier drain evicted is not known, so this one looks at all volumes of the node.
        NodeDrainResult again = await cluster.DrainAsync(full, selected);
        MaintenanceOutcome maintained = await cluster.RunAsync(cluster.Maintain([full], new() { Drain = selected }));
        await cluster.Client.DeleteAsync(Resources.VolumeAttachments, AttachmentOf(cluster), null, new(), default);
        await cluster.SendAsync("DELETE", $"/api/v1/persistentvolumes/{VolumeOf(cluster)}");

        Assert.True(first.Status == NodeDrainStatus.Drained, first.Describe());
        Assert.True(again.Status == NodeDrainStatus.Drained, again.Describe());
        Assert.True(maintained.Run.Nodes[0].Status == NodeMaintenanceStatus.Completed, maintained.Run.Describe());
        Assert.Equal([full], await cluster.NodesOfReadyPodsAsync("db", 1));
    }

    internal static string VolumeOf(TestCluster cluster) => $"volume-{cluster.Id}";

    private static string AttachmentOf(TestCluster cluster) => $"attachment-{cluster.Id}";

    /// <summary>A StatefulSet <c>db</c> of one pod with a volume.</summary>
    internal static async Task AddDatabaseAsync(TestCluster cluster, string node, bool isAttached = true)
    {
        string volume = VolumeOf(cluster);
        await cluster.EnsureAsync("/api/v1/persistentvolumes", Volume(volume, cluster.Namespace));
        await cluster.EnsureAsync($"/api/v1/namespaces/{cluster.Namespace}/persistentvolumeclaims", Claim(volume));
        // The embedded cluster takes the volume's name in the claim for the binding.
        await Eventually.HoldsAsync(
            "the claim is bound",
            async () =>
                !cluster.IsReal
                || JsonNode
                    .Parse((await cluster.SendAsync("GET", $"/api/v1/namespaces/{cluster.Namespace}/persistentvolumeclaims/data")).Text)![
                        "status"
                    ]
                    ?["phase"]?.GetValue<string>() == "Bound"
        );
        await cluster.AddWorkloadAsync(
            Resources.StatefulSets,
            "StatefulSet",
            "db",
            1,
            w =>
            {
                w["spec"]!["serviceName"] = "db";
                w.PodSpec(new() { ["volumes"] = JsonNode.Parse("""[{"name":"data","persistentVolumeClaim":{"claimName":"data"}}]""") });
            }
        );
        if (isAttached)
            await cluster.EnsureAsync("/apis/storage.k8s.io/v1/volumeattachments", Attachment(AttachmentOf(cluster), volume, node));
    }

    private static async Task<string> AddEmptyAsync(TestCluster cluster)
    {
        string name = $"node-{cluster.Id}-empty";
        await cluster.CreateAsync(Resources.Nodes, Manifests.Node(name, cluster.Mark));
        Node node = await cluster.WaitForAsync(
            Resources.Nodes,
            name,
            n => n.Spec.Taints is null or [] && n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true
        );
        return node.Metadata.Name;
    }

    private static JsonObject Volume(string name, string ns) =>
        JsonNode
            .Parse(
                $$$"""
                {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"{{{name}}}"},
                 "spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"persistentVolumeReclaimPolicy":"Retain","storageClassName":"manual",
                 "claimRef":{"namespace":"{{{ns}}}","name":"data"},"csi":{"driver":"csi.test","volumeHandle":"{{{name}}}" } } }
                """
            )!
            .AsObject();

    private static JsonObject Claim(string volume) =>
        JsonNode
            .Parse(
                $$$"""
                {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},
                 "spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"manual","volumeName":"{{{volume}}}","resources":{"requests":{"storage":"1Gi" } } } }
                """
            )!
            .AsObject();

    private static JsonObject Attachment(string name, string volume, string node) =>
        JsonNode
            .Parse(
                $$$"""
                {"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttachment","metadata":{"name":"{{{name}}}"},
                 "spec":{"attacher":"csi.test","nodeName":"{{{node}}}","source":{"persistentVolumeName":"{{{volume}}}" } } }
                """
            )!
            .AsObject();
}

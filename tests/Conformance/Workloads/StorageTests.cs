using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Workloads;

/// <summary>Claims and volumes that are deleted while they are in use.</summary>
public sealed class StorageTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_PersistentVolumeClaim_is_deleted_after_its_pods_and_a_volume_after_its_claim(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync(),
            volume = "/api/v1/persistentvolumes/vol-" + cluster.Id,
            claims = $"/api/v1/namespaces/{cluster.Namespace}/persistentvolumeclaims";
        await MakeAsync(
            cluster,
            "/api/v1/persistentvolumes",
            $$"""
            {"metadata":{"name":"vol-{{cluster.Id}}"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"storageClassName":"none-{{cluster.Id}}",
            "persistentVolumeReclaimPolicy":"Retain","csi":{"driver":"example.com","volumeHandle":"one"},"claimRef":{"namespace":"{{cluster.Namespace}}","name":"data"} } }
            """
        );
        foreach ((string name, string stated) in new[] { ("data", "vol-" + cluster.Id), ("free", "none") })
        {
            await MakeAsync(
                cluster,
                claims,
                $$"""
                {"metadata":{"name":"{{name}}"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"none-{{cluster.Id}}","volumeName":"{{stated}}","resources":{"requests":{"storage":"1Gi"} } } }
                """
            );
        }

        await Eventually.HoldsAsync(
            "the claim bound",
            async () => (string?)(await cluster.SendAsync("GET", claims + "/data")).Json["status"]!["phase"] == "Bound"
        );
        await cluster.AddPodAsync("db", node, static pod => Mount(pod, "data"));
        Assert.Equal("kubernetes.io/pvc-protection", await FinalizersAsync(claims + "/data"));
        Assert.Equal("kubernetes.io/pv-protection", await FinalizersAsync(volume));

        foreach (string path in new[] { volume, claims + "/data", claims + "/free" })
            Assert.Equal(200, (int)(await cluster.SendAsync("DELETE", path)).Code);
        await Eventually.HoldsAsync("the unused claim gone", () => IsGoneAsync(claims + "/free"));
        foreach (string path in new[] { volume, claims + "/data" })
            Assert.NotNull((await cluster.SendAsync("GET", path)).Json["metadata"]!["deletionTimestamp"]);

        // Nobody else gets it.
        var late = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "late" },
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "i" }),
                ["nodeSelector"] = new JsonObject { ["test"] = cluster.Id },
            },
        };
        Mount(late, "data");
        await MakeAsync(cluster, $"/api/v1/namespaces/{cluster.Namespace}/pods", late.ToJsonString());
        await cluster.WaitForAsync(
            Resources.Pods,
            "late",
            static pod =>
                pod.Status.Conditions?.Exists(static one =>
                    one.Message?.Contains("persistentvolumeclaim \"data\" is being deleted", StringComparison.Ordinal) == true
                ) == true
        );

        await cluster.SendAsync("DELETE", $"/api/v1/namespaces/{cluster.Namespace}/pods/db");
        await Eventually.HoldsAsync("the claim gone", () => IsGoneAsync(claims + "/data"));
        await Eventually.HoldsAsync("the volume gone", () => IsGoneAsync(volume));

        async Task<string> FinalizersAsync(string path) =>
            string.Join(
                ' ',
                (await cluster.SendAsync("GET", path)).Json["metadata"]!["finalizers"]!.AsArray().Select(static one => (string)one!)
            );

        async Task<bool> IsGoneAsync(string path) => (int)(await cluster.SendAsync("GET", path)).Code == 404;
    }

    private static void Mount(JsonObject pod, string claim) =>
        pod["spec"]!["volumes"] = new JsonArray(
            new JsonObject
            {
                ["name"] = "data",
                ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim },
            }
        );

    private static async Task MakeAsync(TestCluster cluster, string collection, string manifest)
    {
        WireAnswer answer = await cluster.SendAsync("POST", collection, manifest);
        Assert.True((int)answer.Code == 201, answer.Text);
    }
}

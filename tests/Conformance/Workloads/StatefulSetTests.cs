using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Workloads;

/// <summary>Stateful sets: what becomes of their claims, what they wait for.</summary>
public sealed class StatefulSetTests
{
    private const string Claims =
        """ "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}] """;

    [SkippableTheory]
    [AllBackends]
    public async Task The_retention_policy_deletes_PersistentVolumeClaims_on_scale_down_and_deletion(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        Skip.If(cluster.Minor < 27, "1.20 keeps all claims");
        await cluster.AddNodeAsync();

        // Nobody makes volumes on the real control plane: the pods stay pending there, and so need not wait for each other.
        Workload set = await Workload.CreateAsync(
            cluster,
            "apps",
            "statefulsets",
            "db",
            $$"""{"serviceName":"db","replicas":2,"podManagementPolicy":"Parallel","persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Delete","whenScaled":"Delete"},{{Claims}}}"""
        );
        JsonNode claim = await Eventually.GetAsync(
            "a claim of the set's",
            () => ClaimAsync("data-db-0"),
            static one => one["metadata"]?["ownerReferences"] is not null
        );
        Assert.Equal(
            """{"apiVersion":"apps/v1","blockOwnerDeletion":true,"controller":true,"kind":"StatefulSet","name":"db"}""",
            Sorted(Assert.Single(claim["metadata"]!["ownerReferences"]!.AsArray())!).ToJsonString()
        );
        await Eventually.HoldsAsync("both claims", async () => (await ClaimAsync("data-db-1"))["metadata"] is not null);
        await cluster.WaitForPodsAsync("both pods", "app=db", static pods => pods.Count == 2);

        await set.PatchAsync("""{"spec":{"replicas":1}}""");
        await Eventually.HoldsAsync("one claim gone", async () => (await ClaimAsync("data-db-1"))["metadata"]?["name"] is null);
        Assert.Equal("data-db-0", (string)(await ClaimAsync("data-db-0"))["metadata"]!["name"]!);
        await set.DeleteAsync();
        await Eventually.HoldsAsync("no claim", async () => (await ClaimAsync("data-db-0"))["metadata"]?["name"] is null);

        async Task<JsonNode> ClaimAsync(string name) =>
            (await cluster.SendAsync("GET", $"/api/v1/namespaces/{cluster.Namespace}/persistentvolumeclaims/{name}")).Json;
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_next_pod_waits_for_minReadySeconds_of_the_previous_one(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        Skip.If(cluster.Minor < 23, "1.20 does not know minReadySeconds of stateful sets");
        await cluster.AddNodeAsync();
        Workload set = await Workload.CreateAsync(
            cluster,
            "apps",
            "statefulsets",
            "db",
            """{"serviceName":"db","replicas":2,"minReadySeconds":600}"""
        );

        JsonObject status = await set.UntilAsync("one ready", static status => (int?)status["readyReplicas"] == 1);

        Assert.Equal((0, 1), ((int)status["availableReplicas"]!, (int)status["replicas"]!));
        await set.PatchAsync("""{"spec":{"minReadySeconds":0}}""");
        status = await set.UntilAsync("two available", static status => (int?)status["availableReplicas"] == 2);
        Assert.Equal((2, 2, 2), ((int)status["readyReplicas"]!, (int)status["replicas"]!, (int)status["updatedReplicas"]!));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Parallel_pods_do_not_wait_for_each_other_and_a_failed_pod_is_recreated(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodeAsync();
        Workload set = await Workload.CreateAsync(
            cluster,
            "apps",
            "statefulsets",
            "db",
            """{"serviceName":"db","replicas":3,"podManagementPolicy":"Parallel"}""",
            """{"metadata":{"annotations":{"fake-kubelet/not-ready":"true"}}}"""
        );

        await cluster.WaitForPodsAsync(
            "three pods at once",
            "app=db",
            static pods => pods.Count(static pod => pod.Status.Phase == "Running") == 3
        );
        JsonObject status = await set.UntilAsync("three counted", static status => (int?)status["replicas"] == 3);
        Assert.Equal((null, cluster.Minor >= 22 ? 0 : null), ((int?)status["readyReplicas"], (int?)status["availableReplicas"]));
        string before = (await cluster.GetAsync(Resources.Pods, "db-1")).Metadata.Uid!;
        await cluster.AnnotateAsync(Resources.Pods, "db-1", "fail", "true");
        Pod again = await Eventually.GetAsync(
            "another db-1",
            async () =>
                (await cluster.ListPodsAsync("app=db")).FirstOrDefault(pod => pod.Metadata.Name == "db-1" && pod.Metadata.Uid != before)
                ?? new(),
            static pod => pod.Metadata.Uid is not null
        );
        Assert.Equal("db-1", again.Metadata.Name);

        await set.PatchAsync("""{"spec":{"replicas":1}}""");
        await cluster.WaitForPodsAsync("one pod", "app=db", static pods => pods.Count == 1);
    }

    private static JsonObject Sorted(JsonNode owner) =>
        new(
            owner
                .AsObject()
                .Where(static one => one.Key != "uid")
                .OrderBy(static one => one.Key, StringComparer.Ordinal)
                .Select(static one => KeyValuePair.Create(one.Key, one.Value?.DeepClone()))
        );
}

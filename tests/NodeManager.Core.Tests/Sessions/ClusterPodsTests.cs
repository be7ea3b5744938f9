using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Health.Checks;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Core.Tests.Sessions;

/// <summary>
/// A cache of the whole cluster keeps of pods what rules read, in little memory. The tables of the health rules and of the autoscaler's plan run on pods
/// as the cache keeps them, too (<see cref="Sample.Kept"/>).
/// </summary>
public sealed class ClusterPodsTests
{
    private const string Running = """
        {
          "metadata": { "name": "web-1", "namespace": "shop", "uid": "u", "resourceVersion": "7", "generateName": "web-", "generation": 1, "creationTimestamp": "2026-03-01T10:00:00Z",
            "labels": { "app": "web" }, "annotations": { "cni.projectcalico.org/podIP": "10.1.2.3/32", "cluster-autoscaler.kubernetes.io/safe-to-evict": "true" },
            "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "rs", "controller": true }] },
          "spec": { "nodeName": "n1", "priority": 5, "containers": [{ "name": "c", "resources": { "requests": { "cpu": "100m" } } }],
            "volumes": [{ "name": "data", "persistentVolumeClaim": { "claimName": "data-1" } }, { "name": "kube-api-access-x7k2p", "projected": {} }] },
          "status": { "phase": "Running", "podIP": "10.1.2.3", "hostIP": "10.0.0.1", "qosClass": "Burstable", "startTime": "2026-03-01T10:00:01Z",
            "conditions": [
              { "type": "Initialized", "status": "True", "lastTransitionTime": "2026-03-01T10:00:02Z" }, { "type": "Ready", "status": "True", "lastTransitionTime": "2026-03-01T10:00:05Z" },
              { "type": "ContainersReady", "status": "True", "lastTransitionTime": "2026-03-01T10:00:05Z" }, { "type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-03-01T10:00:01Z" }],
            "containerStatuses": [{ "name": "c", "ready": true, "restartCount": 0, "state": { "running": { "startedAt": "2026-03-01T10:00:04Z" } }, "lastState": {} }] }
        }
        """;

    [Fact]
    public void A_cached_running_pod_keeps_the_fields_that_rules_read()
    {
        Pod kept = Sample.Kept(Sample.Pod(Running));

        Assert.Equal(
            """
            {"metadata":{"name":"web-1","namespace":"shop","uid":"u","resourceVersion":"7","creationTimestamp":"2026-03-01T10:00:00+00:00","labels":{"app":"web"},"annotations":{"cluster-autoscaler.kubernetes.io/safe-to-evict":"true"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"rs","controller":true}]},"spec":{"nodeName":"n1","priority":5,"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data-1"}}],"containers":[{"name":"c","resources":{"requests":{"cpu":"100m"}}}]},"status":{"phase":"Running","startTime":"2026-03-01T10:00:01+00:00","conditions":[{"type":"Ready","status":"True"},{"type":"PodScheduled","status":"True"}],"containerStatuses":[{"name":"c","ready":true,"restartCount":0,"state":{"running":{}}}]}}
            """,
            Ordered(JsonSerializer.SerializeToNode(kept, KubernetesJson.Default.Pod)!)
        );
    }

    [Theory]
    [InlineData(
        """{ "status": { "phase": "Pending", "nominatedNodeName": "n2", "conditions": [{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "lastTransitionTime": "2026-03-01T10:00:00+00:00" }] } }"""
    )]
    [InlineData(
        """{ "status": { "phase": "Failed", "reason": "Evicted", "message": "low", "conditions": [{ "type": "DisruptionTarget", "status": "True", "lastTransitionTime": "2026-03-01T10:00:00+00:00" }] } }"""
    )]
    [InlineData(
        """{ "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": "False", "lastTransitionTime": "2026-03-01T10:00:00+00:00" }], "containerStatuses": [{ "name": "c", "ready": false, "restartCount": 3, "state": { "waiting": { "reason": "CrashLoopBackOff" } }, "lastState": { "terminated": { "exitCode": 1, "finishedAt": "2026-03-01T10:00:00+00:00" } } }] } }"""
    )]
    [InlineData(
        """{ "status": { "phase": "Running", "resize": "Infeasible", "conditions": [{ "type": "PodResizePending", "status": "True", "reason": "Infeasible", "lastTransitionTime": "2026-03-01T10:00:00+00:00" }], "containerStatuses": [{ "name": "c", "ready": true, "restartCount": 0, "allocatedResources": { "cpu": "1" }, "resources": { "requests": { "cpu": "2" } } }] } }"""
    )]
    [InlineData(
        """{ "metadata": { "name": "a", "deletionTimestamp": "2026-03-01T10:00:00+00:00", "finalizers": ["x/y"], "annotations": { "kubernetes.io/config.mirror": "h", "karpenter.sh/do-not-disrupt": "2h" } } }"""
    )]
    [InlineData(
        """{ "spec": { "nodeName": "n", "affinity": { "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [{ "matchExpressions": [{ "key": "zone", "operator": "In", "values": ["a"] }] }] } } } } }"""
    )]
    [InlineData(
        """{ "spec": { "volumes": [{ "name": "a", "emptyDir": {} }, { "name": "b", "hostPath": { "path": "/" } }, { "name": "c", "ephemeral": {} }] } }"""
    )]
    public void Unusual_pods_are_cached_completely(string json)
    {
        Pod pod = Sample.Pod(json);

        Assert.Equal(
            JsonSerializer.Serialize(pod, KubernetesJson.Default.Pod),
            JsonSerializer.Serialize(Sample.Kept(pod), KubernetesJson.Default.Pod)
        );
    }

    [Fact]
    public async Task Cached_pods_have_the_same_requests_and_status()
    {
        await using ManualCluster cluster = await ManualCluster.StartAsync(nodes: 40);
        ClusterConnection connection = cluster.Session.Connection();
        using CacheUse<Pod> pods = connection.Caches().Open(ClusterPods.Type, new());
        await cluster.AwaitAsync(Synced(pods));
        List<Pod> full = (await connection.Client.ListAsync(Resources.Pods, new(), default)).Items;

        Assert.Equal(full.Count, pods.Cache.Count);
        Assert.All(full, pod => Assert.Equal(PodRequests.Of(pod), PodRequests.Of(pods.Cache.Find(pod.Metadata.Uid!)!)));
        foreach (Node node in (await connection.Client.ListAsync(Resources.Nodes, new(), default)).Items)
        {
            HealthInput input = new()
            {
                Node = node,
                Session = cluster.Session,
                Now = cluster.Now,
                Pods = [.. full.Where(pod => pod.Spec.NodeName == node.Metadata.Name)],
            };
            Assert.NotEmpty(input.Pods);
            Assert.Equal(
                HealthRules.Judge(input).Select(static one => one.ToString()),
                HealthRules
                    .Judge(input with { Pods = pods.Cache.FindAll(PodIndexes.ByNode, node.Metadata.Name) })
                    .Select(static one => one.ToString())
            );
        }
    }

    /// <summary>5,000 nodes and 50,000 pods of these sizes are some 50 MB: bench/README.md. The bounds are about a tenth above what was measured.</summary>
    [Fact]
    public async Task A_cached_pod_takes_at_most_640_bytes_and_a_node_2600()
    {
        await using ManualCluster cluster = await ManualCluster.StartAsync(nodes: 2_100);
        ObjectCaches caches = cluster.Session.Connection().Caches();
        using CacheUse<Pod> pods = caches.Open(ClusterPods.Type, new());
        using CacheUse<Node> nodes = caches.Open(Resources.Nodes, new());
        await cluster.AwaitAsync(Task.WhenAll(Synced(pods), Synced(nodes)));

        long nodeBytes = RetainedSize.Of(nodes.Cache.Items),
            podBytes = RetainedSize.Of([.. nodes.Cache.Items, .. pods.Cache.Items]) - nodeBytes;

        Assert.InRange(podBytes / pods.Cache.Count, 300, 640);
        Assert.InRange(nodeBytes / nodes.Cache.Count, 1000, 2600);
    }

    /// <summary>In a drain of 1,000 pods the search for equal parts was a tenth of the CPU time.</summary>
    [Fact]
    public async Task Few_pods_do_not_share_equal_parts()
    {
        await using ManualCluster cluster = await ManualCluster.StartAsync(nodes: 20);
        using CacheUse<Pod> pods = cluster.Session.Connection().Caches().Open(ClusterPods.Type, new());
        await cluster.AwaitAsync(Synced(pods));

        Assert.Equal(pods.Cache.Count, pods.Cache.Items.Select(static pod => pod.Spec.Containers).Distinct().Count());
    }

    private static async Task<bool> Synced<T>(CacheUse<T> use)
        where T : KubernetesObject
    {
        await use.Cache.Synced;
        return true;
    }

    private static string Ordered(JsonNode pod) =>
        new JsonObject
        {
            ["metadata"] = pod["metadata"]!.DeepClone(),
            ["spec"] = pod["spec"]!.DeepClone(),
            ["status"] = pod["status"]!.DeepClone(),
        }.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

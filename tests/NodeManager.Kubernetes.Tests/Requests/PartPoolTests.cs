using System.Text.Json;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Kubernetes.Tests.Requests;

/// <summary>Parts are shared where they are equal, and objects stay what they were.</summary>
public sealed class PartPoolTests
{
    [Fact]
    public void Pods_of_a_workload_share_equal_parts_and_keep_their_own()
    {
        var pool = new PartPool();
        Pod one = Read("web-1", "a"),
            two = Read("web-2", "a"),
            other = Read("web-3", "b");
        string[] before = [.. new[] { one, two, other }.Select(Write)];

        foreach (Pod pod in new[] { one, two, other })
            pool.Share(pod);

        Assert.Equal(before, new[] { one, two, other }.Select(Write));
        Assert.Same(one.Metadata.Labels, two.Metadata.Labels);
        Assert.Same(one.Spec.Containers, two.Spec.Containers);
        Assert.Same(one.Spec.Tolerations, other.Spec.Tolerations);
        Assert.Same(one.Spec.Template, two.Spec.Template);
        Assert.Same(one.Status.ContainerStatuses, other.Status.ContainerStatuses);
        Assert.NotSame(one.Metadata.Labels, other.Metadata.Labels);
        Assert.NotSame(one.Status.Conditions, two.Status.Conditions);
    }

    [Fact]
    public void Setting_a_field_of_one_pod_does_not_change_pods_that_shared_it()
    {
        var pool = new PartPool();
        Pod one = Read("web-1", "a"),
            two = Read("web-2", "a");
        foreach (Pod pod in new[] { one, two })
            pool.Share(pod);

        two.Spec.Priority = 7;
        two.Spec.NodeName = "worker-2";

        Assert.Null(one.Spec.Priority);
        Assert.Equal("worker-1", one.Spec.NodeName);
        Assert.Same(one.Spec.Containers, two.Spec.Containers);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("Running", "Pending", false)]
    [InlineData("2026-01-01", "2026-01-02", false)]
    [InlineData("\"restartCount\":0", "\"restartCount\":1", false)]
    [InlineData("\"status\":\"True\"", "\"status\":\"False\"", false)]
    [InlineData("\"phase\"", "\"podIP\":\"10.0.0.1\",\"phase\"", false)]
    [InlineData("\"reason\":\"Up\"", "\"reason\":\"Up\",\"lastTransitionTime\":\"2026-01-01T00:00:00Z\"", false)]
    [InlineData("{\"running\":{}}", "{\"running\":{\"startedAt\":\"2026-01-01T00:00:00Z\"}}", false)]
    public void Equal_statuses_are_shared(string text, string replacement, bool areShared)
    {
        const string Status = """
            {"phase":"Running","startTime":"2026-01-01T00:00:00Z","conditions":[{"type":"Ready","status":"True","reason":"Up"}],
             "containerStatuses":[{"name":"main","ready":true,"restartCount":0,"state":{"running":{}}}]}
            """;
        var pool = new PartPool();
        Pod[] pods =
        [
            .. new[] { Status, text.Length == 0 ? Status : Status.Replace(text, replacement, StringComparison.Ordinal) }.Select(status =>
                JsonSerializer.Deserialize($$"""{"spec":{"nodeName":"n"},"status":{{status}}}""", KubernetesJson.Default.Pod)!
            ),
        ];
        string[] before = [.. pods.Select(Write)];

        foreach (Pod pod in pods)
            pool.Share(pod);

        Assert.Equal(before, pods.Select(Write));
        Assert.Equal(areShared, ReferenceEquals(pods[0].Status, pods[1].Status));
        Assert.Same(pods[0].Spec.NodeName, pods[1].Spec.NodeName);
    }

    [Fact]
    public void Statuses_with_other_times_until_readiness_are_not_shared()
    {
        var pool = new PartPool();
        Pod[] pods = [.. new int?[] { 1, 2, null, 1 }.Select(static after => new Pod { Status = new() { ReadyAfterSeconds = after } })];

        foreach (Pod pod in pods)
            pool.Share(pod);

        Assert.Equal([1, 2, null, 1], pods.Select(static pod => pod.Status.ReadyAfterSeconds));
        Assert.Same(pods[0].Status, pods[3].Status);
    }

    [Fact]
    public void Nodes_are_unchanged_by_sharing()
    {
        var pool = new PartPool();
        Node node = JsonSerializer.Deserialize(
            """
            {"metadata":{"name":"n","labels":{"kubernetes.io/hostname":"n","zone":"a"},"annotations":{"x":"y"}},
             "status":{"capacity":{"cpu":"4","memory":"8Gi"},"allocatable":{"cpu":"3800m"},"conditions":[{"type":"Ready","status":"True"}],
              "addresses":[{"type":"InternalIP","address":"10.0.0.1"}],"nodeInfo":{"kubeletVersion":"v1.37.0","machineID":"m"}}}
            """,
            KubernetesJson.Default.Node
        )!;
        string before = JsonSerializer.Serialize(node, KubernetesJson.Default.Node);

        pool.Share(node);
        pool.Share(node);

        Assert.Equal(before, JsonSerializer.Serialize(node, KubernetesJson.Default.Node));
    }

    private static Pod Read(string name, string app) =>
        JsonSerializer.Deserialize(
            $$$"""
            {"metadata":{"name":"{{{name}}}","namespace":"shop","generateName":"web-","labels":{"app":"{{{app}}}"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"u","controller":true}]},
             "spec":{"nodeName":"worker-1","tolerations":[{"key":"k","operator":"Exists"}],"containers":[{"name":"main","image":"i","resources":{"requests":{"cpu":"100m"} } }],"volumes":[{"name":"token-{{{name}}}"}]},
             "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True","reason":"Up","lastTransitionTime":"2026-01-01T00:00:00Z"}],"containerStatuses":[{"name":"main","ready":true,"restartCount":0,"state":{"running":{} } }]} }
            """,
            KubernetesJson.Default.Pod
        )!;

    private static string Write(Pod pod) => JsonSerializer.Serialize(pod, KubernetesJson.Default.Pod);
}

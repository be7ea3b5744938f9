using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Tests.Controllers;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Tests.Kubelet;

public sealed class PodWorkerTests
{
    [Theory]
    [InlineData("start-delay", "30", 30, 32)]
    [InlineData("ignored", "1", 0, 2)]
    public async Task A_pod_starts_after_the_default_or_annotated_delay(string annotation, string value, double least, double most)
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        await cluster.UntilAsync(() => cluster.Node("a").Status.NodeInfo is not null);
        DateTimeOffset since = cluster.Clock.GetUtcNow();
        cluster.Pod("web", annotations: $$"""{"sandbox.nodemanager/{{annotation}}":"{{value}}"}""");
        await cluster.UntilAsync(() => cluster.PodNamed("web")!.Status.Phase == "Running");
        Assert.InRange((cluster.Clock.GetUtcNow() - since).TotalSeconds, least, most + 3);
        Assert.True(cluster.PodNamed("web")!.IsReady());
        Assert.NotNull(cluster.PodNamed("web")!.Status.ContainerStatuses![0].State!.Running);
    }

    [Theory]
    [InlineData("not-ready", "true", "Running", false, null)]
    [InlineData("crash", "true", "Running", false, null)]
    [InlineData("fail", "true", "Failed", false, null)]
    public async Task Annotations_decide_the_course_of_a_pod(string annotation, string value, string phase, bool isReady, string? waiting)
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Pod("web", annotations: $$"""{"fake-kubelet/{{annotation}}":"{{value}}"}""");
        await cluster.UntilAsync(() => cluster.PodNamed("web")!.Status.Phase == phase);
        Assert.Equal(isReady, cluster.PodNamed("web")!.IsReady());
        Assert.Equal(waiting, cluster.PodNamed("web")!.Status.ContainerStatuses![0].State!.Waiting?.Reason);
    }

    [Theory]
    [InlineData("", 30, 0, 3)]
    [InlineData("15", 30, 15, 18)]
    [InlineData("", 0, 0, 1)]
    public async Task Termination_is_graceful_and_takes_the_default_or_annotated_time(string slow, long grace, double least, double most)
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Pod("web", annotations: $$"""{"fake-kubelet/slow-terminate":"{{slow}}"}""");
        await cluster.UntilAsync(() => cluster.PodNamed("web")!.Status.Phase == "Running");
        cluster.Delete(BuiltInKinds.Pods, "web", grace);
        if (grace > 0)
            Assert.True(cluster.Get(BuiltInKinds.Pods, "web")!.IsDeleting);
        DateTimeOffset since = cluster.Clock.GetUtcNow();
        await cluster.UntilAsync(() => cluster.PodNamed("web") is null);
        Assert.InRange((cluster.Clock.GetUtcNow() - since).TotalSeconds, least, most + 3);
    }

    [Fact]
    public async Task A_stuck_pod_stays_until_it_is_force_deleted()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Pod("web", annotations: """{"sandbox.nodemanager/slow-terminate":"never"}""");
        await cluster.UntilAsync(() => cluster.PodNamed("web")!.Status.Phase == "Running");
        cluster.Delete(BuiltInKinds.Pods, "web");
        await cluster.PassAsync(TimeSpan.FromSeconds(60));
        Assert.NotNull(cluster.PodNamed("web"));
        cluster.Delete(BuiltInKinds.Pods, "web", 0);
        Assert.Null(cluster.PodNamed("web"));
    }

    [Fact]
    public async Task A_static_pod_is_recreated_with_another_UID()
    {
        using LiveCluster cluster = new(nodes: 12);
        StoredObject mirror = cluster.Pods.First(pod => pod.Name.StartsWith("etcd-", StringComparison.Ordinal));
        cluster.Delete(BuiltInKinds.Pods, mirror.Name, ns: "kube-system");
        await cluster.UntilAsync(() =>
            cluster.Get(BuiltInKinds.Pods, mirror.Name, "kube-system") is { } back && back.Uid != mirror.Uid && LiveCluster.IsReady(back)
        );
    }

    [Fact]
    public async Task A_pod_completes_as_annotated()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Pod("once", ""","restartPolicy":"Never" """, """{"sandbox.nodemanager/complete-after":"5"}""");
        await cluster.UntilAsync(() => cluster.PodNamed("once")!.Status.Phase == "Succeeded");
        Assert.Equal(0, cluster.PodNamed("once")!.Status.ContainerStatuses![0].State!.Terminated!.ExitCode);
    }
}

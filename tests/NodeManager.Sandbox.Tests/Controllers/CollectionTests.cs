using NodeManager.Sandbox.Model.Kinds;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class CollectionTests
{
    [Theory]
    [InlineData(null, 0)]
    [InlineData("Background", 0)]
    [InlineData("Foreground", 0)]
    [InlineData("Orphan", 2)]
    public async Task Objects_of_a_Deployment_are_deleted_with_it_unless_orphaned(string? policy, int left)
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Workload(BuiltInKinds.Deployments, "web", 2);
        await cluster.UntilAsync(() => cluster.Ready("web") == 2);
        cluster.Delete(BuiltInKinds.Deployments, "web", propagation: policy);
        await cluster.UntilAsync(() =>
            cluster.Get(BuiltInKinds.Deployments, "web") is null
            && cluster.Pods.Count() == left
            && cluster.Store.List(BuiltInKinds.ReplicaSets).Objects.Count == left / 2
        );
        await cluster.UntilAsync(() => cluster.Store.List(BuiltInKinds.ReplicaSets).Objects.Walk().All(set => set.OwnerUids.Length == 0));
    }

    [Fact]
    public async Task An_object_with_a_missing_owner_is_collected()
    {
        using LiveCluster cluster = new();
        cluster.Create(
            BuiltInKinds.ConfigMaps,
            """
            {"metadata":{"name":"lost","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"gone","uid":"1"}]}}
            """
        );
        await cluster.UntilAsync(() => cluster.Get(BuiltInKinds.ConfigMaps, "lost") is null);
    }

    [Fact]
    public async Task A_namespace_is_deleted_with_its_objects()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Create(BuiltInKinds.Namespaces, """{"metadata":{"name":"team"}}""");
        cluster.Create(BuiltInKinds.Pods, """{"metadata":{"name":"web"},"spec":{"containers":[{"name":"c","image":"i:1"}]}}""", "team");
        cluster.Create(BuiltInKinds.ConfigMaps, """{"metadata":{"name":"settings"}}""", "team");
        await cluster.UntilAsync(() => cluster.PodNamed("web", "team")!.Status.Phase == "Running");
        cluster.Delete(BuiltInKinds.Namespaces, "team");
        Assert.Equal("Terminating", cluster.Get(BuiltInKinds.Namespaces, "team")!.Field("status.phase"));
        await cluster.UntilAsync(() => cluster.Get(BuiltInKinds.Namespaces, "team") is null);
        Assert.Empty(cluster.Pods);
        Assert.Null(cluster.Get(BuiltInKinds.ConfigMaps, "settings", "team"));
    }

    [Fact]
    public async Task Objects_of_the_server_are_recreated()
    {
        using LiveCluster cluster = new();
        cluster.Delete(BuiltInKinds.Namespaces, "kube-node-lease");
        cluster.Delete(BuiltInKinds.Services, "kubernetes");
        await cluster.UntilAsync(() =>
            cluster.Get(BuiltInKinds.Namespaces, "kube-node-lease") is null && cluster.Get(BuiltInKinds.Endpoints, "kubernetes") is null
        );

        await cluster.UntilAsync(() =>
            cluster.Get(BuiltInKinds.Services, "kubernetes") is not null && cluster.Get(BuiltInKinds.Endpoints, "kubernetes") is not null
        );
        await cluster.UntilAsync(() => cluster.Get(BuiltInKinds.Namespaces, "kube-node-lease") is { IsDeleting: false });
        await cluster.UntilAsync(() => cluster.Get(BuiltInKinds.ServiceAccounts, "default", "kube-node-lease") is not null);
    }

    [Fact]
    public async Task Events_expire_after_an_hour()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Pod("web");
        await cluster.UntilAsync(() => cluster.EventsOf("web").Any(text => text.StartsWith("Scheduled", StringComparison.Ordinal)));
        await cluster.UntilAsync(() => !cluster.EventsOf("web").Any(), step: TimeSpan.FromSeconds(10));
    }
}

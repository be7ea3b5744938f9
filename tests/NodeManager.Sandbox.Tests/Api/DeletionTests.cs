using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Api;

public sealed class DeletionTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";

    [Fact]
    public async Task Without_a_grace_period_the_object_is_deleted_immediately_with_a_Status_as_answer()
    {
        using var cluster = new TestCluster();
        JsonObject node = await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        JsonObject answer = await cluster.OkAsync("DELETE", "/api/v1/nodes/a");
        Assert.Equal("Success", (string?)answer["status"]);
        Assert.Equal((string?)node["metadata"]!["uid"], (string?)answer["details"]!["uid"]);
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.SendAsync("DELETE", "/api/v1/nodes/a")).Code);
    }

    [Fact]
    public async Task The_grace_period_of_a_running_pod_can_only_be_shortened()
    {
        using var cluster = new TestCluster(time: new ManualTimeProvider());
        await cluster.CreateAsync(Pods, Bodies.Pod("p", node: "n"));
        JsonObject answer = await cluster.OkAsync("DELETE", Pods + "/p");
        Assert.Equal(("Pod", "2026-01-01T00:00:30Z"), ((string?)answer["kind"], (string?)answer["metadata"]!["deletionTimestamp"]));
        answer = await cluster.OkAsync("DELETE", Pods + "/p", """{"gracePeriodSeconds":60}""");
        Assert.Equal("2026-01-01T00:00:30Z", (string?)answer["metadata"]!["deletionTimestamp"]);
        answer = await cluster.OkAsync("DELETE", Pods + "/p", """{"gracePeriodSeconds":5}""");
        Assert.Equal(
            ("2026-01-01T00:00:05Z", 5),
            ((string?)answer["metadata"]!["deletionTimestamp"], (int?)answer["metadata"]!["deletionGracePeriodSeconds"])
        );
        await cluster.OkAsync("DELETE", Pods + "/p", """{"gracePeriodSeconds":0}""");
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.SendAsync("GET", Pods + "/p")).Code);
    }

    [Fact]
    public async Task A_pod_without_a_node_is_deleted_immediately()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync(Pods, Bodies.Pod("p"));
        await cluster.OkAsync("DELETE", Pods + "/p");
        Assert.Equal("", await cluster.NamesAsync(Pods));
    }

    [Fact]
    public async Task A_UID_precondition_protects_a_recreated_object()
    {
        using var cluster = new TestCluster();
        JsonObject node = await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        (HttpStatusCode code, JsonObject body) = await cluster.SendAsync(
            "DELETE",
            "/api/v1/nodes/a",
            """{"preconditions":{"uid":"other"}}"""
        );
        Assert.Equal(HttpStatusCode.Conflict, code);
        Assert.Equal(
            $"Operation cannot be fulfilled on Node \"a\": the UID in the precondition (other) does not match the UID in record ({node["metadata"]!["uid"]}). "
                + "The object might have been deleted and then recreated",
            (string?)body["message"]
        );
        Assert.Equal("Node", (string?)body["details"]!["kind"]);
        await cluster.OkAsync("DELETE", "/api/v1/nodes/a", $$"""{"preconditions":{"uid":"{{node["metadata"]!["uid"]}}"} }""");
    }

    [Fact]
    public async Task Finalizers_keep_an_object_until_the_last_one_is_removed()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", """{"metadata":{"name":"a","finalizers":["x.io/y"]}}""");
        JsonObject answer = await cluster.OkAsync("DELETE", "/api/v1/nodes/a");
        Assert.Equal("Node", (string?)answer["kind"]);
        using WatchReader watch = await cluster.WatchAsync(
            $"/api/v1/nodes?watch=true&resourceVersion={answer["metadata"]!["resourceVersion"]}"
        );
        await cluster.MergeAsync("/api/v1/nodes/a", """{"metadata":{"finalizers":null}}""");
        Assert.Equal("DELETED a", await watch.NextTextAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.SendAsync("GET", "/api/v1/nodes/a")).Code);
    }

    [Fact]
    public async Task A_terminating_namespace_accepts_no_new_object()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/namespaces", """{"metadata":{"name":"x","finalizers":["example.com/hold"]}}""");
        JsonObject ns = await cluster.OkAsync("DELETE", "/api/v1/namespaces/x");
        Assert.Equal("Terminating", (string?)ns["status"]!["phase"]);
        (HttpStatusCode code, JsonObject body) = await cluster.SendAsync(
            "POST",
            "/api/v1/namespaces/x/configmaps",
            """{"metadata":{"name":"late"}}"""
        );
        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Equal(
            "configmaps \"late\" is forbidden: unable to create new content in namespace x because it is being terminated",
            (string?)body["message"]
        );
    }

    [Fact]
    public async Task A_collection_is_deleted_by_selector()
    {
        using var cluster = new TestCluster();
        const string Maps = "/api/v1/namespaces/default/configmaps";
        await cluster.CreateAsync(Maps, """{"metadata":{"name":"a","labels":{"x":"1"}}}""");
        await cluster.CreateAsync(Maps, """{"metadata":{"name":"b","labels":{"x":"2"}}}""");
        await cluster.OkAsync("DELETE", Maps + "?labelSelector=x%3D1");
        Assert.Equal("b", await cluster.NamesAsync(Maps));
    }

    [Fact]
    public async Task Deleting_a_Job_orphans_its_pods_by_default()
    {
        using var cluster = new TestCluster();
        const string Jobs = "/apis/batch/v1/namespaces/default/jobs";
        await cluster.CreateAsync(
            Jobs,
            """{"metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}"""
        );
        JsonObject item = await cluster.OkAsync("DELETE", Jobs + "/j");
        Assert.Equal("orphan", (string?)item["metadata"]!["finalizers"]![0]);
    }

    [Theory]
    [InlineData("Orphan", "orphan")]
    [InlineData("Foreground", "foregroundDeletion")]
    public async Task A_propagation_policy_adds_the_finalizer_of_the_garbage_collector(string policy, string finalizer)
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync(
            "/api/v1/namespaces/default/configmaps",
            """{"metadata":{"name":"a","finalizers":["example.com/hold"]}}"""
        );
        JsonObject item = await cluster.OkAsync(
            "DELETE",
            "/api/v1/namespaces/default/configmaps/a",
            $$"""{"propagationPolicy":"{{policy}}"}"""
        );
        Assert.Equal(["example.com/hold", finalizer], item["metadata"]!["finalizers"]!.AsArray().Select(one => (string?)one));
    }
}

using System.Net;
using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Tests.Api;

public sealed class FirstStepsTests
{
    [Fact]
    public async Task An_object_is_created_read_listed_patched_and_deleted()
    {
        using var cluster = new TestCluster();
        JsonObject created = await cluster.CreateAsync("/api/v1/nodes", """{"metadata":{"name":"a","labels":{"zone":"x"}}}""");
        Assert.Equal("Node", (string?)created["kind"]);
        Assert.NotNull((string?)created["metadata"]!["uid"]);

        JsonObject list = await cluster.GetAsync("/api/v1/nodes?labelSelector=zone%3Dx");
        Assert.Equal("NodeList", (string?)list["kind"]);
        Assert.Single(list["items"]!.AsArray());
        Assert.Null(list["items"]![0]!["kind"]);

        JsonObject patched = await cluster.MergeAsync("/api/v1/nodes/a", """{"spec":{"unschedulable":true}}""");
        Assert.True((bool?)patched["spec"]!["unschedulable"]);
        Assert.NotEqual((string?)created["metadata"]!["resourceVersion"], (string?)patched["metadata"]!["resourceVersion"]);

        await cluster.OkAsync("DELETE", "/api/v1/nodes/a");
        (HttpStatusCode code, JsonObject gone) = await cluster.SendAsync("GET", "/api/v1/nodes/a");
        Assert.Equal(HttpStatusCode.NotFound, code);
        Assert.Equal("nodes \"a\" not found", (string?)gone["message"]);
    }

    [Fact]
    public async Task A_watch_tells_what_exists_and_then_each_change()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", """{"metadata":{"name":"a"}}""");
        using WatchReader watch = await cluster.WatchAsync("/api/v1/nodes?watch=true");
        Assert.Equal("ADDED a", await watch.NextTextAsync());
        await cluster.CreateAsync("/api/v1/nodes", """{"metadata":{"name":"b"}}""");
        Assert.Equal("ADDED b", await watch.NextTextAsync());
        await cluster.MergeAsync("/api/v1/nodes/a", """{"metadata":{"labels":{"x":"y"}}}""");
        Assert.Equal("MODIFIED a", await watch.NextTextAsync());
        await cluster.OkAsync("DELETE", "/api/v1/nodes/b");
        Assert.Equal("DELETED b", await watch.NextTextAsync());
    }
}

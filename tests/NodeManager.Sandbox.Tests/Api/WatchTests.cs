using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Api;

public sealed class WatchTests
{
    [Fact]
    public async Task A_watch_sends_existing_objects_and_then_each_change()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        using WatchReader watch = await cluster.WatchAsync("/api/v1/nodes?watch=true");
        Assert.Equal("ADDED a", await watch.NextTextAsync());
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("b"));
        Assert.Equal("ADDED b", await watch.NextTextAsync());
        await cluster.MergeAsync("/api/v1/nodes/a", """{"metadata":{"labels":{"x":"y"}}}""");
        Assert.Equal("MODIFIED a", await watch.NextTextAsync());
        await cluster.OkAsync("DELETE", "/api/v1/nodes/b");
        Assert.Equal("DELETED b", await watch.NextTextAsync());
    }

    [Fact]
    public async Task A_watch_continues_from_its_resourceVersion()
    {
        using var cluster = new TestCluster();
        JsonObject first = await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("b"));
        await cluster.OkAsync("DELETE", "/api/v1/nodes/a");
        using WatchReader watch = await cluster.WatchAsync(
            $"/api/v1/nodes?watch=true&resourceVersion={first["metadata"]!["resourceVersion"]}"
        );
        Assert.Equal("ADDED b", await watch.NextTextAsync());
        JsonObject? deleted = await watch.NextAsync();
        Assert.Equal("DELETED", (string?)deleted!["type"]);
        Assert.Equal(
            (await cluster.GetAsync("/api/v1/nodes"))["metadata"]!["resourceVersion"]!.ToString(),
            (string?)deleted["object"]!["metadata"]!["resourceVersion"]
        );
    }

    [Fact]
    public async Task Objects_that_enter_or_leave_the_selection_are_ADDED_or_DELETED()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        using WatchReader watch = await cluster.WatchAsync("/api/v1/nodes?watch=true&labelSelector=pool%3Dx");
        await cluster.MergeAsync("/api/v1/nodes/a", """{"metadata":{"labels":{"pool":"x"}}}""");
        Assert.Equal("ADDED a", await watch.NextTextAsync());
        await cluster.MergeAsync("/api/v1/nodes/a", """{"spec":{"unschedulable":true}}""");
        Assert.Equal("MODIFIED a", await watch.NextTextAsync());
        JsonObject left = await cluster.MergeAsync("/api/v1/nodes/a", """{"metadata":{"labels":{"pool":"y"}}}""");
        JsonObject? deleted = await watch.NextAsync();
        Assert.Equal("DELETED", (string?)deleted!["type"]);
        Assert.Equal("x", (string?)deleted["object"]!["metadata"]!["labels"]!["pool"]);
        Assert.Equal((string?)left["metadata"]!["resourceVersion"], (string?)deleted["object"]!["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task A_watch_by_nodeName_reports_a_pod_when_it_is_bound()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/namespaces/default/pods", Bodies.Pod("p"));
        using WatchReader watch = await cluster.WatchAsync("/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn1");
        await cluster.CreateAsync(
            "/api/v1/namespaces/default/pods/p/binding",
            """{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n1"}}"""
        );
        Assert.Equal("ADDED p", await watch.NextTextAsync());
    }

    [Fact]
    public async Task An_expired_resourceVersion_ends_the_watch_with_410()
    {
        using var cluster = new TestCluster(logCapacity: 4);
        JsonObject first = await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        for (int i = 0; i < 10; i++)
            await cluster.MergeAsync("/api/v1/nodes/a", $$"""{"metadata":{"labels":{"x":"{{i}}"} } }""");
        using WatchReader watch = await cluster.WatchAsync(
            $"/api/v1/nodes?watch=true&resourceVersion={first["metadata"]!["resourceVersion"]}"
        );
        JsonObject? error = await watch.NextAsync();
        Assert.Equal("ERROR", (string?)error!["type"]);
        Assert.Equal((410, "Expired"), ((int)error["object"]!["code"]!, (string?)error["object"]!["reason"]));
        Assert.StartsWith("too old resource version: ", (string?)error["object"]!["message"], StringComparison.Ordinal);
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task Changes_of_another_kind_do_not_expire_a_watch()
    {
        using var cluster = new TestCluster(logCapacity: 4);
        JsonObject first = await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        for (int i = 0; i < 10; i++)
            await cluster.CreateAsync("/api/v1/namespaces/default/configmaps", Bodies.Node($"c{i}"));
        using WatchReader watch = await cluster.WatchAsync(
            $"/api/v1/nodes?watch=true&resourceVersion={first["metadata"]!["resourceVersion"]}"
        );
        await cluster.OkAsync("DELETE", "/api/v1/nodes/a");
        Assert.Equal("DELETED a", await watch.NextTextAsync());
    }

    [Fact]
    public async Task Bookmarks_report_the_position_of_a_quiet_watch()
    {
        var time = new ManualTimeProvider();
        using var cluster = new TestCluster(time: time);
        JsonObject list = await cluster.GetAsync("/api/v1/nodes");
        using WatchReader watch = await cluster.WatchAsync(
            $"/api/v1/nodes?watch=true&allowWatchBookmarks=true&resourceVersion={list["metadata"]!["resourceVersion"]}"
        );
        JsonObject other = await cluster.CreateAsync("/api/v1/namespaces/default/configmaps", Bodies.Node("c"));
        Task<JsonObject?> next = watch.NextAsync();
        await time.AdvanceUntilAsync(TimeSpan.FromSeconds(30), next);
        Assert.Equal("BOOKMARK", (string?)(await next)!["type"]);
        Assert.Equal((string?)other["metadata"]!["resourceVersion"], (string?)(await next)!["object"]!["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task A_watch_ends_at_its_timeout()
    {
        var time = new ManualTimeProvider();
        using var cluster = new TestCluster(time: time);
        using WatchReader watch = await cluster.WatchAsync("/api/v1/nodes?watch=true&timeoutSeconds=5");
        Task<JsonObject?> next = watch.NextAsync();
        await time.AdvanceUntilAsync(TimeSpan.FromSeconds(6), next);
        Assert.Null(await next);
    }

    [Fact]
    public async Task Initial_events_end_with_an_annotated_bookmark()
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", Bodies.Node("a"));
        using WatchReader watch = await cluster.WatchAsync(
            "/api/v1/nodes?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
        );
        Assert.Equal("ADDED a", await watch.NextTextAsync());
        JsonObject? end = await watch.NextAsync();
        Assert.Equal("BOOKMARK", (string?)end!["type"]);
        Assert.Equal("true", (string?)end["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]);
    }

    [Theory]
    [InlineData("1.37", "sendInitialEvents=true&allowWatchBookmarks=true", 422)]
    [InlineData("1.37", "resourceVersionMatch=NotOlderThan", 422)]
    [InlineData("1.20", "resourceVersionMatch=NotOlderThan&resourceVersion=1", 422)]
    public async Task Contradicting_options_are_refused(string version, string query, int expected)
    {
        using var cluster = new TestCluster(version);
        (HttpStatusCode code, _) = await cluster.SendAsync("GET", "/api/v1/nodes?watch=true&" + query);
        Assert.Equal(expected, (int)code);
    }

    [Fact]
    public async Task Disposing_the_cluster_ends_its_watches()
    {
        using var cluster = new TestCluster();
        using WatchReader watch = await cluster.WatchAsync("/api/v1/nodes?watch=true");
        Task<JsonObject?> next = watch.NextAsync();
        cluster.Cluster.Dispose();
        await Assert.ThrowsAsync<IOException>(() => next);
    }

    [Fact]
    public async Task A_cancelled_watch_ends_immediately()
    {
        using var cluster = new TestCluster();
        using var http = new HttpClient(cluster.Cluster.CreateTransport()) { BaseAddress = cluster.Cluster.Server };
        using var cancelled = new CancellationTokenSource();
        await using Stream body = await http.GetStreamAsync(new Uri("/api/v1/nodes?watch=true", UriKind.Relative));
        ValueTask<int> read = body.ReadAsync(new byte[10], cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);
    }
}

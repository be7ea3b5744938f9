using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Nodes;

public sealed class NodeWatcherTests
{
    [Fact]
    public async Task Changes_are_reported_with_their_differences()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("a"), Sample.NodeJson("b"));
        await using var watch = await WatchAsync(nodes, new());

        nodes.Set(
            Sample.NodeJson(
                "a",
                labels: """{"zone":"1"}""",
                spec: """{"unschedulable":true,"taints":[{"key":"k","effect":"NoExecute"}]}""",
                ready: "Unknown"
            )
        );
        NodeChange change = await watch.NextAsync();

        Assert.Equal(("Modified", "a"), (change.Type, change.Name));
        Assert.Equal(
            [
                "Status: Ready -> Unknown",
                "Unschedulable: False -> True",
                "Taints: (absent) -> k:NoExecute",
                "Conditions[Ready]: True (Kubelet) -> Unknown (Kubelet)",
                "Labels[zone]: (absent) -> 1",
            ],
            change.Changes.Select(c => c.ToString())
        );
        Assert.True(change.Node.Unschedulable);
    }

    [Fact]
    public async Task Heartbeats_are_not_reported_as_changes()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("a"));
        await using var watch = await WatchAsync(nodes, new());

        JsonObject beat = Sample.NodeJson("a");
        beat["status"]!["conditions"]![0]!["lastHeartbeatTime"] = "2025-03-01T00:00:10Z";
        beat["status"]!["images"] = new JsonArray();
        nodes.Set(beat);
        nodes.Set(Sample.NodeJson("new"));

        Assert.Equal("Added new", (await watch.NextAsync()).ToString());
    }

    [Fact]
    public async Task Deleted_nodes_are_reported_with_their_last_state()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("a", labels: """{"x":"1"}"""));
        await using var watch = await WatchAsync(nodes, new());

        nodes.Delete("a");
        NodeChange change = await watch.NextAsync();

        Assert.Equal("Deleted", change.Type);
        Assert.Equal("1", change.Node.Labels["x"]);
        Assert.Empty(change.Changes);
    }

    [Fact]
    public async Task Existing_objects_are_reported_on_request()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("a"), Sample.NodeJson("b"));
        await using var watch = await WatchAsync(nodes, new(), includeExisting: true);

        Assert.Equal(["Added a", "Added b"], [(await watch.NextAsync()).ToString(), (await watch.NextAsync()).ToString()]);
    }

    [Fact]
    public async Task Interrupted_watches_and_expired_history_lose_and_repeat_no_change()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("a"), Sample.NodeJson("b"));
        await using var watch = await WatchAsync(nodes, new());

        nodes.Cut();
        nodes.Set(Sample.NodeJson("a", spec: """{"unschedulable":true}"""));
        Assert.Equal("Modified a", (await watch.NextAsync()).ToString());

        await nodes.WatchedAsync();
        nodes.Cut();
        nodes.Delete("b");
        nodes.Set(Sample.NodeJson("c"));
        nodes.Forget();
        string[] told = [(await watch.NextAsync()).ToString(), (await watch.NextAsync()).ToString()];
        Assert.Equal(["Added c", "Deleted b"], told.Order());

        await nodes.WatchedAsync();
        nodes.Set(Sample.NodeJson("last"));
        Assert.Equal("Added last", (await watch.NextAsync()).ToString());
    }

    [Fact]
    public async Task A_node_that_stops_matching_is_reported_a_last_time()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("a", ready: "True"), Sample.NodeJson("b", ready: "False"));
        await using var watch = await WatchAsync(nodes, new() { Statuses = ["NotReady"], Names = ["*"] });

        nodes.Set(Sample.NodeJson("a", labels: """{"x":"1"}"""));
        nodes.Set(Sample.NodeJson("b", ready: "True"));
        nodes.Set(Sample.NodeJson("b", ready: "True", labels: """{"x":"1"}"""));
        nodes.Set(Sample.NodeJson("a", ready: "False"));

        Assert.Equal(["Modified b", "Modified a"], [(await watch.NextAsync()).ToString(), (await watch.NextAsync()).ToString()]);
    }

    [Fact]
    public async Task Name_and_selector_are_evaluated_by_the_server()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("a"));
        await using var watch = await WatchAsync(nodes, new() { Names = ["A"], Selector = "x=1" });

        Assert.All(nodes.Server.Requests, r => Assert.Equal(("metadata.name=a", "x=1"), (r["fieldSelector"], r["labelSelector"])));
    }

    [Fact]
    public async Task A_disconnect_ends_the_watch_with_an_error()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("a"));
        await using var watch = await WatchAsync(nodes, new());
        Task<NodeChange> next = watch.NextAsync();

        watch.Session.Dispose();

        Assert.Equal(ErrorIds.SessionClosed, (await Assert.ThrowsAsync<NodeManagerException>(() => next)).ErrorId);
    }

    private static async Task<Watch> WatchAsync(WatchedNodes nodes, NodeQuery query, bool includeExisting = false)
    {
        NodeManagerSession session = await nodes.Server.ConnectAsync();
        var watch = new Watch(
            session,
            NodeWatcher.WatchAsync(session, query, includeExisting, CancellationToken.None).GetAsyncEnumerator()
        );
        watch.Begin();
        if (!includeExisting)
            await nodes.WatchedAsync();
        return watch;
    }

    private sealed class Watch(NodeManagerSession session, IAsyncEnumerator<NodeChange> changes) : IAsyncDisposable
    {
        private Task<bool>? _next;

        public NodeManagerSession Session { get; } = session;

        public void Begin() => _next = changes.MoveNextAsync().AsTask();

        public async Task<NodeChange> NextAsync()
        {
            Assert.True(await _next!.WaitAsync(TimeSpan.FromMinutes(5)));
            NodeChange change = changes.Current;
            Begin();
            return change;
        }

        public async ValueTask DisposeAsync()
        {
            Session.Dispose();
            await ((Task)_next!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await changes.DisposeAsync();
        }
    }
}

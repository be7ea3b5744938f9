using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Tests.Support;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Nodes;

public sealed class NodeWaiterTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("Ready", "True")]
    [InlineData("ready", "True")]
    [InlineData("NotReady", "False")]
    [InlineData("NotReady", "Unknown")]
    [InlineData("Ready=Unknown", "Unknown")]
    [InlineData("ready=false", "False")]
    public async Task A_condition_that_is_already_met_needs_no_watch(string goal, string ready)
    {
        var nodes = new WatchedNodes(Sample.NodeJson("n", ready: ready));
        using NodeManagerSession session = await nodes.Server.ConnectAsync();

        Assert.Equal("n", (await NodeWaiter.WaitAsync(session, "N", goal, TimeSpan.Zero, CancellationToken.None))!.Name);
        Assert.Single(nodes.Server.Requests);
    }

    [Fact]
    public async Task The_wait_ends_at_the_condition_also_after_an_interrupted_watch()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("n", ready: "False"), Sample.NodeJson("other", ready: "False"));
        using NodeManagerSession session = await nodes.Server.ConnectAsync();
        Task<ClusterNode?> waiting = NodeWaiter.WaitAsync(session, "n", "Ready", null, CancellationToken.None);

        await nodes.WatchedAsync();
        nodes.Set(Sample.NodeJson("other", ready: "True"));
        nodes.Cut();
        nodes.Set(Sample.NodeJson("n", ready: "Unknown"));
        await nodes.WatchedAsync();
        Assert.False(waiting.IsCompleted);
        nodes.Set(Sample.NodeJson("n", ready: "True"));

        Assert.Equal("Ready", (await waiting.WaitAsync(Limit))!.Status);
    }

    [Fact]
    public async Task A_node_that_never_existed_counts_as_deleted()
    {
        using NodeManagerSession session = await new WatchedNodes().Server.ConnectAsync();

        Assert.Null(await NodeWaiter.WaitAsync(session, "n", "Deleted", null, CancellationToken.None));
    }

    [Fact]
    public async Task The_wait_for_a_deletion_returns_the_last_state()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("n"));
        using NodeManagerSession session = await nodes.Server.ConnectAsync();
        Task<ClusterNode?> waiting = NodeWaiter.WaitAsync(session, "n", "deleted", null, CancellationToken.None);

        await nodes.WatchedAsync();
        nodes.Set(Sample.NodeJson("n", spec: """{"unschedulable":true}"""));
        nodes.Delete("n");

        Assert.True((await waiting.WaitAsync(Limit))!.Unschedulable);
    }

    [Fact]
    public async Task A_node_that_registered_again_is_a_different_node()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("n"));
        using NodeManagerSession session = await nodes.Server.ConnectAsync();
        Task<ClusterNode?> waiting = NodeWaiter.WaitAsync(session, "n", "Deleted", null, CancellationToken.None);

        await nodes.WatchedAsync();
        nodes.Cut();
        JsonObject again = Sample.NodeJson("n");
        again["metadata"]!["uid"] = "another";
        nodes.Delete("n");
        nodes.Set(again);
        nodes.Forget();

        Assert.Equal("uid-n", (await waiting.WaitAsync(Limit))!.Uid);
    }

    [Fact]
    public async Task Waiting_for_a_missing_or_deleted_node_is_an_error()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("n", ready: "False"));
        using NodeManagerSession session = await nodes.Server.ConnectAsync();
        Task<ClusterNode?> waiting = NodeWaiter.WaitAsync(session, "n", "Ready", null, CancellationToken.None);
        await nodes.WatchedAsync();
        nodes.Delete("n");

        NodeManagerException gone = await Assert.ThrowsAsync<NodeManagerException>(() => waiting.WaitAsync(Limit));
        NodeManagerException never = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeWaiter.WaitAsync(session, "x", "Ready", null, CancellationToken.None)
        );

        Assert.Equal([ErrorIds.NodeNotFound, ErrorIds.NodeNotFound], [gone.ErrorId, never.ErrorId]);
    }

    [Fact]
    public async Task The_timeout_reports_the_actual_state_of_the_node()
    {
        var time = new ManualTimeProvider();
        var nodes = new WatchedNodes(Sample.NodeJson("n", ready: "False"));
        using NodeManagerSession session = await nodes.Server.ConnectAsync(time: time);
        Task<ClusterNode?> waiting = NodeWaiter.WaitAsync(session, "n", "Ready", TimeSpan.FromMinutes(5), CancellationToken.None);

        await nodes.WatchedAsync();
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => waiting.WaitAsync(Limit));
        Assert.Equal(ErrorIds.WaitTimeout, error.ErrorId);
        Assert.Contains("Ready is False", error.Message, StringComparison.Ordinal);
        Assert.Equal("n", error.Target);
    }

    [Fact]
    public async Task A_timeout_of_zero_checks_once_and_a_negative_timeout_is_refused()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("n"));
        using NodeManagerSession session = await nodes.Server.ConnectAsync();

        NodeManagerException late = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeWaiter.WaitAsync(session, "n", "Deleted", TimeSpan.Zero, CancellationToken.None)
        );
        NodeManagerException negative = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeWaiter.WaitAsync(session, "n", "Deleted", TimeSpan.FromSeconds(-1), CancellationToken.None)
        );

        Assert.Equal(ErrorIds.WaitTimeout, late.ErrorId);
        Assert.Equal(ErrorIds.InvalidDuration, negative.ErrorId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Sleepy")]
    [InlineData("=True")]
    [InlineData("Ready=")]
    [InlineData("Ready=Maybe")]
    public async Task Invalid_conditions_are_refused(string goal)
    {
        var nodes = new WatchedNodes(Sample.NodeJson("n"));
        using NodeManagerSession session = await nodes.Server.ConnectAsync();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeWaiter.WaitAsync(session, "n", goal, null, CancellationToken.None)
        );

        Assert.Equal(ErrorIds.InvalidCondition, error.ErrorId);
        Assert.Empty(nodes.Server.Requests);
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_as_cancelled()
    {
        var nodes = new WatchedNodes(Sample.NodeJson("n"));
        using NodeManagerSession session = await nodes.Server.ConnectAsync();
        using var stop = new CancellationTokenSource();
        Task<ClusterNode?> waiting = NodeWaiter.WaitAsync(session, "n", "NotReady", TimeSpan.FromHours(1), stop.Token);
        await nodes.WatchedAsync();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Limit));
    }
}

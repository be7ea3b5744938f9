using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Nodes;

public sealed class NodeWaitTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_wait_ends_when_the_condition_is_met(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();

        ClusterNode? atOnce = await NodeWaiter.WaitAsync(session, name, "Ready", TimeSpan.Zero, default);
        Task<ClusterNode?> notReady = NodeWaiter.WaitAsync(session, name, "NotReady", Eventually.Limit, default);
        Task<ClusterNode?> pressure = NodeWaiter.WaitAsync(session, name, "MemoryPressure=True", Eventually.Limit, default);
        await cluster.AnnotateAsync(Resources.Nodes, name, "conditions", "MemoryPressure");
        ClusterNode? pressed = await pressure;
        await cluster.AnnotateAsync(Resources.Nodes, name, "ready", "false");
        ClusterNode? fell = await notReady;
        Task<ClusterNode?> deleted = NodeWaiter.WaitAsync(session, name, "Deleted", Eventually.Limit, default);
        await cluster.Client.DeleteAsync(Resources.Nodes, name, null, new(), default);

        Assert.Equal((NodeStatus.Ready, NodeStatus.NotReady), (atOnce!.Status, fell!.Status));
        Assert.Contains(pressed!.Conditions, c => c is { Type: "MemoryPressure", Status: "True" });
        // A node that is gone before the wait first looks has no last state.
        Assert.Equal(name, (await deleted)?.Name ?? name);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_wait_that_times_out_reports_the_state_of_the_node(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();

        NodeManagerException timeout = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeWaiter.WaitAsync(session, name, "NotReady", TimeSpan.FromMilliseconds(300), default)
        );
        NodeManagerException unknown = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeWaiter.WaitAsync(session, "no-such-node", "Ready", null, default)
        );

        Assert.Equal((ErrorIds.WaitTimeout, ErrorIds.NodeNotFound), (timeout.ErrorId, unknown.ErrorId));
        Assert.Contains("Ready", timeout.Message, StringComparison.Ordinal);
        Assert.Null(await NodeWaiter.WaitAsync(session, "no-such-node", "Deleted", null, default));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_wait_for_Ready_ends_when_the_node_is_deleted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = (await cluster.AddNodesAsync(1, n => n.Annotate("fake-kubelet/ignore", "true"), ready: false))[0];

        Task<ClusterNode?> wait = NodeWaiter.WaitAsync(await cluster.ConnectAsync(), name, "Ready", Eventually.Limit, default);
        await cluster.Client.DeleteAsync(Resources.Nodes, name, null, new(), default);

        NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(() => wait);
        Assert.Equal(ErrorIds.NodeNotFound, e.ErrorId);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_watch_reports_the_changed_properties(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> names = await cluster.AddNodesAsync(2);
        NodeManagerSession session = await cluster.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var query = new NodeQuery { Selector = cluster.Selector };
        await using IAsyncEnumerator<NodeChange> changes = NodeWatcher.WatchAsync(session, query, true, stop.Token).GetAsyncEnumerator();

        string[] existing = [(await NextAsync()).ToString(), (await NextAsync()).ToString()];
        await NodeEditor.SetUnschedulableAsync(session, names[0], true, false, default);
        NodeChange cordoned = await UntilAsync("Unschedulable");
        await NodeEditor.SetLabelsAsync(session, names[1], new Dictionary<string, string> { ["tier"] = "gold" }, false, false, default);
        NodeChange labelled = await UntilAsync("Labels[tier]");
        await cluster.Client.DeleteAsync(Resources.Nodes, names[1], null, new(), default);
        NodeChange change;
        do change = await NextAsync();
        while (change.Type != "Deleted");

        Assert.Equal([$"Added {names[0]}", $"Added {names[1]}"], existing.Order());
        Assert.Equal(("Modified", names[0]), (cordoned.Type, cordoned.Name));
        Assert.Contains(labelled.Changes, c => c is { Field: "Labels[tier]", Before: null, After: "gold" });
        Assert.Equal(names[1], change.Name);
        await stop.CancelAsync();

        async Task<NodeChange> NextAsync()
        {
            Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(Eventually.Limit));
            return changes.Current;
        }

        // Heartbeats and taints of controllers come in between.
        async Task<NodeChange> UntilAsync(string field)
        {
            NodeChange next;
            do next = await NextAsync();
            while (!next.Changes.Any(c => c.Field == field));
            return next;
        }
    }
}

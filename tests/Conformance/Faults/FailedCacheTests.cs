using System.Collections.Concurrent;
using NodeManager.Conformance.Drain;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Monitoring.Screens;
using NodeManager.Testing;

namespace NodeManager.Conformance.Faults;

/// <summary>
/// A cache that was in sync fails because the right to list and watch is taken away: whoever waits on it ends with the reason, or retries with
/// pauses, and stays cancellable.
/// </summary>
[Takes(220)]
public sealed class FailedCacheTests
{
    // A loop without a pause sends, or spins through, thousands in the same time.
    private const int MostRequests = 60;
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(3);

    [SkippableTheory]
    [AllBackends]
    public async Task Waiting_for_a_node_ends_with_the_reason(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        (NodeManagerSession session, RefusedWatch watch) = await RefusedWatch.ConnectAsync(cluster);

        await AssertForbiddenAsync(watch, "nodes", () => NodeWaiter.WaitAsync(session, node, "NotReady", Eventually.Limit, default));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Waiting_for_a_maintenance_ends_with_the_reason(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(1);
        TaskCompletionSource done = new();
        string id = "run-" + cluster.Id;
        Task<MaintenanceOutcome> running = cluster.RunAsync(cluster.Maintain(nodes, work: _ => done.Task) with { RunId = id });
        (NodeManagerSession session, RefusedWatch watch) = await RefusedWatch.ConnectAsync(cluster);
        await Eventually.HoldsAsync(
            "the run",
            async () => await ReadAsync(session, id, cluster.Namespace) is { Status: NodeMaintenanceRunStatus.Running }
        );

        await AssertForbiddenAsync(
            watch,
            "configmaps",
            () => MaintenanceWaiter.WaitAsync(session, id, cluster.Namespace, Eventually.Limit, NullObserver.Instance, default)
        );

        done.SetResult();
        Assert.Equal(NodeMaintenanceRunStatus.Completed, (await running).Run.Status);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_screen_ends_with_the_reason(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        (NodeManagerSession session, RefusedWatch watch) = await RefusedWatch.ConnectAsync(cluster);

        await AssertForbiddenAsync(
            watch,
            "pods",
            async () => await ClusterScreens.FollowAsync(session, true, NullObserver.Instance, default).LastAsync()
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_ends_with_the_reason(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("web", 2);
        await cluster.AddBudgetAsync("web", "web", "minAvailable", 2, 0);
        (NodeManagerSession session, RefusedWatch watch) = await RefusedWatch.ConnectAsync(cluster);
        Task<IReadOnlyList<NodeDrainResult>> draining = DrainRun.DrainAsync(session, [node], new());
        await cluster.WaitUntilCordonedAsync(node);
        await WaitForWatchesAsync(watch);

        watch.Refuse("pods");

        NodeDrainResult result = Assert.Single(await draining.WaitAsync(Eventually.Limit));
        Assert.NotEqual(NodeDrainStatus.Drained, result.Status);
        Assert.Contains(result.Blockers, blocker => blocker.Message.Contains("pods", StringComparison.Ordinal));
        Assert.InRange(watch.Requests, 0, MostRequests);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_server_of_detached_work_retries_with_pauses_and_stays_stoppable(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, quickLeases: true);
        await DetachedLab.InstallAsync(cluster);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(1);
        (NodeManagerSession session, RefusedWatch watch) = await RefusedWatch.ConnectAsync(cluster);
        await using DetachedLab lab = new(cluster);
        lab.Serve(session, cluster.Namespace);
        NodeMaintenanceRun first = await lab.SubmitAsync(nodes);
        Assert.Equal(NodeMaintenanceRunStatus.Completed, (await lab.WaitAsync(first.Id)).Status);

        watch.Refuse("nodemaintenancerequests");
        await Task.Delay(Watched);
        Assert.InRange(watch.Requests, 1, MostRequests);
        watch.Permit();
        NodeMaintenanceRun second = await lab.SubmitAsync(nodes);
        Assert.Equal(NodeMaintenanceRunStatus.Completed, (await lab.WaitAsync(second.Id)).Status);

        watch.Refuse("nodemaintenancerequests");
        await Task.Delay(TimeSpan.FromMilliseconds(500));
        await lab.StopAsync().WaitAsync(Eventually.Limit);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_known_nodes_stay_readable_while_their_caches_are_reopened(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> names = await cluster.AddNodesAsync(2);
        (string node, string deleted) = (names[0], names[1]);
        (NodeManagerSession session, RefusedWatch watch) = await RefusedWatch.ConnectAsync(cluster);
        using LiveNodes nodes = new(session);
        await nodes.ReadyAsync(default);

        watch.Refuse("nodes");
        await Eventually.HoldsAsync("the failure", () => Task.FromResult(!nodes.IsCurrent));
        await Eventually.HoldsAsync(
            "a refusal",
            async () =>
            {
                try
                {
                    await nodes.ReadyAsync(default);
                    return false;
                }
                catch (NodeManagerException refused) when (refused.ErrorId == ErrorIds.Forbidden)
                {
                    return true;
                }
            }
        );

        Assert.Contains(nodes.List(), one => one.Name == node);
        Assert.Equal(node, nodes.Find(node)?.Name);
        Assert.Empty(nodes.NamespacesOn(node));
        Assert.False(nodes.IsCurrent);
        await cluster.Client.DeleteAsync(Resources.Nodes, deleted, null, new(), default);
        ConcurrentBag<string> changed = [];
        nodes.Changed += changed.Add;
        watch.Permit();
        await nodes.ReadyAsync(default);
        await Eventually.HoldsAsync("a current view", () => Task.FromResult(nodes.IsCurrent));
        Assert.NotNull(nodes.Find(node));
        Assert.Null(nodes.Find(deleted));
        Assert.Contains(deleted, changed);
    }

    private static async Task<NodeMaintenanceRun?> ReadAsync(NodeManagerSession session, string id, string ns)
    {
        try
        {
            return (await MaintenanceReader.ReadAsync(session, [id], ns, 1, default))[0];
        }
        catch (NodeManagerException missing) when (missing.ErrorId == ErrorIds.MaintenanceNotFound)
        {
            return null;
        }
    }

    private static async Task AssertForbiddenAsync(RefusedWatch watch, string resource, Func<Task> wait)
    {
        Task waiting = wait();
        await WaitForWatchesAsync(watch);
        Assert.False(waiting.IsCompleted, waiting.Exception?.Message);

        watch.Refuse(resource);

        NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(() => waiting.WaitAsync(Eventually.Limit));
        Assert.Equal(ErrorIds.Forbidden, e.ErrorId);
        Assert.InRange(watch.Requests, 0, MostRequests);
    }

    // In sync, and everything sent that precedes the wait.
    private static async Task WaitForWatchesAsync(RefusedWatch watch)
    {
        await Eventually.HoldsAsync("an open watch", () => Task.FromResult(watch.Open > 0));
        await Task.Delay(TimeSpan.FromMilliseconds(500));
    }
}

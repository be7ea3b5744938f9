using System.Text.RegularExpressions;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Maintenance;

/// <summary>Runs that are interrupted, resumed, taken over, and in conflict with each other.</summary>
[Takes(230)]
public sealed class TakeoverTests
{
    [SkippableTheory]
    [AllBackends(true)]
    [AllBackends(false)]
    public async Task A_resumed_run_processes_each_node_once(string backend, bool byId)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3);
        List<string> worked = [];
        TaskCompletionSource second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource stop = new();
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            work: async node =>
            {
                int count;
                lock (worked)
                {
                    worked.Add(node.Name);
                    count = worked.Count;
                }

                if (count != 2)
                    return;
                second.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token);
            }
        );

        Task<MaintenanceOutcome> running = cluster.RunAsync(request, cancellationToken: stop.Token);
        await second.Task.WaitAsync(Eventually.Limit);
        await stop.CancelAsync();
        MaintenanceOutcome interrupted = await running;
        MaintenanceLog log = new();
        MaintenanceOutcome resumed = await cluster.RunAsync(
            byId ? request with { Nodes = [], ResumeId = interrupted.Run.Id } : request,
            log
        );

        Assert.Equal(
            (NodeMaintenanceRunStatus.Interrupted, "Completed InProgress Pending"),
            (interrupted.Run.Status, string.Join(' ', interrupted.Run.StatusesOf()))
        );
        Assert.Equal(interrupted.Run.Id, resumed.Run.Id);
        Assert.True(resumed.Run.Status == NodeMaintenanceRunStatus.Completed, resumed.Run.Describe());
        Assert.Equal([nodes[0], nodes[1], nodes[1], nodes[2]], worked);
        // What was drained is not drained again.
        Assert.All(
            Enumerable.Range(0, 2),
            i => Assert.Equal(DrainOf(interrupted.Run.Nodes[i]).StartedAt, DrainOf(resumed.Run.Nodes[i]).StartedAt)
        );
        Assert.Contains(log.Warnings, w => w.Contains("1 of 3 nodes are done", StringComparison.Ordinal));
        await cluster.AssertBackInServiceAsync(nodes);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_run_that_ends_while_it_is_read_is_completed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(1);
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously),
            go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<MaintenanceOutcome> running = cluster.RunAsync(
            cluster.Maintain(
                nodes,
                work: async _ =>
                {
                    begun.TrySetResult();
                    await go.Task;
                }
            )
        );
        await begun.Task.WaitAsync(Eventually.Limit);
        NodeManagerSession reader = await cluster.ConnectAsync(inner => new BeforeLeases(
            inner,
            async () =>
            {
                go.TrySetResult();
                await running;
            }
        ));

        NodeMaintenanceRun run = Assert.Single(await MaintenanceReader.ReadAsync(reader, [], cluster.Namespace, 10, default));

        Assert.True(running.IsCompletedSuccessfully, "The leases were not read.");
        Assert.Equal((NodeMaintenanceRunStatus.Completed, 1), (run.Status, run.Completed));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_second_run_for_a_held_node_is_refused_with_the_holder(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3);
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously),
            go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        // Alive for as long as a busy machine may keep it from renewing its lease.
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            work: async _ =>
            {
                begun.TrySetResult();
                await go.Task;
            }
        ) with
        {
            LeaseDuration = TimeSpan.FromSeconds(20),
        };
        Task<MaintenanceOutcome> first = cluster.RunAsync(request);
        await begun.Task.WaitAsync(Eventually.Limit);
        NodeMaintenanceRun run = Assert.Single(
            await MaintenanceReader.ReadAsync(await cluster.ConnectAsync(), [], cluster.Namespace, 10, default)
        );

        NodeManagerException other = await Assert.ThrowsAsync<NodeManagerException>(() =>
            cluster.RunAsync(cluster.Maintain([nodes[2]], new() { WaitForReboot = true }))
        );
        NodeManagerException same = await Assert.ThrowsAsync<NodeManagerException>(() => cluster.RunAsync(request));
        NodeManagerException resumed = await Assert.ThrowsAsync<NodeManagerException>(() =>
            cluster.RunAsync(request with { Nodes = [], ResumeId = run.Id })
        );
        go.SetResult();
        MaintenanceOutcome outcome = await first;

        Assert.Equal(NodeMaintenanceRunStatus.Running, run.Status);
        foreach (NodeManagerException refused in (NodeManagerException[])[other, same, resumed])
        {
            Assert.Equal((ErrorIds.MaintenanceConflict, ErrorKind.ResourceBusy), (refused.ErrorId, refused.Kind));
            Assert.Contains(run.Id, refused.Message, StringComparison.Ordinal);
            Assert.Contains(run.Holder, refused.Message, StringComparison.Ordinal);
            Assert.Contains($"-ResumeId {run.Id}", refused.RecommendedAction!, StringComparison.Ordinal);
        }

        Assert.Contains(nodes[2], other.Message, StringComparison.Ordinal);
        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        await cluster.AssertBackInServiceAsync(nodes);
        Assert.Single(await MaintenanceReader.ReadAsync(await cluster.ConnectAsync(), [], cluster.Namespace, 10, default));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_process_without_network_loses_the_run_and_changes_nothing_more(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3);
        (NodeManagerSession session, NetworkSwitch network) = await NetworkSwitch.ConnectAsync(cluster);
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            work: async _ =>
            {
                network.IsOff = true;
                await go.Task;
            }
        );

        Task<MaintenanceOutcome> first = NodeMaintainer.RunAsync(session, request, new MaintenanceLog(), default);
        await Eventually.HoldsAsync("the network is gone", () => Task.FromResult(network.IsOff));
        MaintenanceOutcome second = await cluster.RunAsync(request with { Work = (_, _) => Task.FromResult<IReadOnlyList<object>>([]) });
        Dictionary<string, string?> versions = await VersionsAsync(cluster, nodes);
        network.IsOff = false;
        go.SetResult();
        MaintenanceOutcome lost = await first;

        Assert.True(second.Run.Status == NodeMaintenanceRunStatus.Completed, second.Run.Describe());
        Assert.Equal(ErrorIds.MaintenanceTakenOver, lost.Failure?.ErrorId);
        // The other's run has ended: whom the lease went to shows in the run, but no more in the lease, and either may be read first.
        Assert.Matches($"{Regex.Escape(second.Run.Holder)}|took over the Lease", lost.Failure!.Message);
        await cluster.AssertBackInServiceAsync(nodes);
        Assert.Equal(versions, await VersionsAsync(cluster, nodes));
        NodeMaintenanceRun stored = Assert.Single(
            await MaintenanceReader.ReadAsync(await cluster.ConnectAsync(), [], cluster.Namespace, 10, default)
        );
        Assert.Equal((NodeMaintenanceRunStatus.Completed, second.Run.Holder), (stored.Status, stored.Holder));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_new_run_takes_over_nodes_of_a_dead_run_and_reverts_its_changes(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        MaintenanceOutcome dead = await cluster.RunAsync(
            cluster.Maintain(nodes, work: _ => throw new InvalidOperationException("no disk space"))
        );
        MaintenanceLog log = new();

        MaintenanceOutcome other = await cluster.RunAsync(cluster.Maintain(nodes), log);

        Assert.Equal(NodeMaintenanceRunStatus.Stopped, dead.Run.Status);
        Assert.NotEqual(dead.Run.Id, other.Run.Id);
        Assert.True(other.Run.Status == NodeMaintenanceRunStatus.Completed, other.Run.Describe());
        Assert.Contains(log.Warnings, w => w.Contains(dead.Run.Id, StringComparison.Ordinal));
        Assert.All(other.Run.Nodes, n => Assert.False(n.WasCordoned));
        await cluster.AssertBackInServiceAsync(nodes);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_server_outage_only_delays_a_run(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3);
        (NodeManagerSession session, NetworkSwitch network) = await NetworkSwitch.ConnectAsync(cluster);
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            work: async node =>
            {
                if (node.Name != nodes[1])
                    return;
                network.IsOff = true;
                // Longer than the lease: in between the hold is in doubt.
                _ = Task.Delay(TimeSpan.FromSeconds(8), TimeProvider.System)
                    .ContinueWith(_ => network.IsOff = false, TaskScheduler.Default);
                await Task.CompletedTask;
            }
        );

        MaintenanceOutcome outcome = await NodeMaintainer.RunAsync(session, request, new MaintenanceLog(), default);

        Assert.Null(outcome.Failure);
        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        await cluster.AssertBackInServiceAsync(nodes);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Deleted_nodes_are_reported_and_recreated_nodes_are_not_changed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(4);

        MaintenanceOutcome outcome = await cluster.RunAsync(
            cluster.Maintain(
                nodes,
                work: async node =>
                {
                    if (node.Name != nodes[0])
                        return;
                    foreach (string gone in nodes.Take(3))
                        await cluster.Client.DeleteAsync(Resources.Nodes, gone, null, new(), default);
                    await cluster.CreateAsync(Resources.Nodes, Manifests.Node(nodes[2], cluster.Mark));
                }
            )
        );

        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        Assert.Equal(["Deleted", "Deleted", "Deleted", "Completed"], outcome.Run.StatusesOf());
        // Which is told depends on whether its going is seen before the new one is there.
        Assert.Matches("A new node registered|was deleted", outcome.Run.Nodes[2].Message);
        Assert.DoesNotContain(
            (await cluster.GetAsync(Resources.Nodes, nodes[2])).Metadata.Annotations ?? [],
            a => MaintenanceRuns.IsOfRun(a.Key)
        );
        await cluster.AssertBackInServiceAsync([nodes[2], nodes[3]]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_that_registers_again_before_its_drain_is_not_changed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync(inner => new SilentNodeWatches(
            inner,
            async request => await IsDrainRecordAsync(request) ? ReplaceAsync : null
        ));

        MaintenanceOutcome outcome = await NodeMaintainer.RunAsync(session, cluster.Maintain([node]), new MaintenanceLog(), default);

        Assert.Equal(["Deleted"], outcome.Run.StatusesOf());
        await cluster.AssertBackInServiceAsync([node]);

        async Task ReplaceAsync()
        {
            await cluster.Client.DeleteAsync(Resources.Nodes, node, null, new(), default);
            await cluster.CreateAsync(Resources.Nodes, Manifests.Node(node, cluster.Mark));
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_manually_uncordoned_failed_node_leaves_the_run(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        MaintenanceRequest request = cluster.Maintain([node], work: _ => throw new InvalidOperationException("no disk space"));
        MaintenanceOutcome failed = await cluster.RunAsync(request);

        ClusterNode back = await NodeEditor.SetUnschedulableAsync(await cluster.ConnectAsync(), node, false, false, default);
        await cluster.AssertBackInServiceAsync([node]);
        MaintenanceOutcome again = await cluster.RunAsync(
            request with
            {
                Nodes = [],
                ResumeId = failed.Run.Id,
                Work = (_, _) => Task.FromResult<IReadOnlyList<object>>([]),
            }
        );

        Assert.False(back.Unschedulable);
        Assert.True(again.Run.Status == NodeMaintenanceRunStatus.Completed, again.Run.Describe());
        // It had received pods since, so it was drained again.
        Assert.True(DrainOf(Assert.Single(again.Run.Nodes)).StartedAt > DrainOf(Assert.Single(failed.Run.Nodes)).StartedAt);
        await cluster.AssertBackInServiceAsync([node]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_number_of_past_runs_is_limited(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();
        List<string> ids = [];

        for (int i = 0; i < 4; i++)
            ids.Add(
                (await NodeMaintainer.RunAsync(session, cluster.Maintain([node]) with { History = 2 }, new MaintenanceLog(), default))
                    .Run
                    .Id
            );
        IReadOnlyList<NodeMaintenanceRun> runs = await MaintenanceReader.ReadAsync(session, [], cluster.Namespace, 10, default);
        NodeMaintenanceRun one = Assert.Single(await MaintenanceReader.ReadAsync(session, [ids[3]], cluster.Namespace, 10, default));
        NodeManagerException missing = await Assert.ThrowsAsync<NodeManagerException>(() =>
            MaintenanceReader.ReadAsync(session, ["nope"], cluster.Namespace, 10, default)
        );

        Assert.Equal(ids.TakeLast(2).Order(), runs.Select(r => r.Id).Order());
        Assert.Equal(ids[3], one.Id);
        Assert.Equal(ErrorIds.MaintenanceNotFound, missing.ErrorId);
        Assert.Equal(2, (await cluster.Client.ListAsync(Resources.Leases, new() { Namespace = cluster.Namespace }, default)).Items.Count);
    }

    // The run records that the drain starts; the node is cordoned.
    private static async Task<bool> IsDrainRecordAsync(HttpRequestMessage request) =>
        request.Method == HttpMethod.Patch
        && request.RequestUri!.AbsolutePath.Contains("/configmaps/", StringComparison.Ordinal)
        && (await request.Content!.ReadAsStringAsync()).Contains(NodeMaintenanceStepName.Drain, StringComparison.Ordinal);

    private static NodeMaintenanceStep DrainOf(NodeMaintenanceResult node) =>
        node.Steps.Single(s => s.Name == NodeMaintenanceStepName.Drain);

    // Of what a run writes: kubelets write the status all the time.
    private static async Task<Dictionary<string, string?>> VersionsAsync(TestCluster cluster, IReadOnlyList<string> nodes)
    {
        Dictionary<string, string?> versions = [];
        foreach (string name in nodes)
        {
            Node node = await cluster.GetAsync(Resources.Nodes, name);
            versions[name] =
                $"{node.Spec.Unschedulable} {string.Join(',', (node.Metadata.Annotations ?? []).Keys.Where(MaintenanceRuns.IsOfRun))}";
        }

        return versions;
    }
}

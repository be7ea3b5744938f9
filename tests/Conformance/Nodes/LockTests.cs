using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Drain;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;

namespace NodeManager.Conformance.Nodes;

/// <summary>One operation works on a node at a time; the others join it, wait for it, or name it.</summary>
public sealed class LockTests
{
    // Renewed every second.
    private static readonly NodeLockUse Brief = new() { Duration = TimeSpan.FromSeconds(3) };

    private static readonly DrainOptions Other = new() { GracePeriod = TimeSpan.FromSeconds(1), Timeout = Eventually.Limit };

    [SkippableTheory]
    [AllBackends]
    public async Task A_second_drain_waits_for_the_first(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await AddHeldNodeAsync(cluster);
        using var stop = new CancellationTokenSource();
        Task<NodeDrainResult> first = DrainAsync(
            await cluster.ConnectAsync(),
            node,
            new() { Timeout = Eventually.Limit },
            Brief,
            stop.Token
        );
        NodeLock held = await LockOfAsync(cluster, node);

        var listener = new Listener();
        Task<NodeDrainResult> second = DrainAsync(await cluster.ConnectAsync(), node, Other, new(), default, listener);
        await listener.HearsAsync(held.Operation);
        // Longer than the lock lives without a renewal.
        await Task.Delay(Brief.Duration * 2);
        Assert.False(second.IsCompleted);
        await stop.CancelAsync();
        Assert.Equal((NodeDrainStatus.Cancelled, NodeDrainCancelReason.Interrupted), await StateAsync(first));
        await cluster.DeleteBudgetAsync("never");

        NodeDrainResult result = await second;
        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(2, result.Evicted);
        Assert.Null(NodeLock.Read(await cluster.GetAsync(Resources.Nodes, node)));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_that_times_out_waiting_names_operation_and_holder(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await AddHeldNodeAsync(cluster);
        using var stop = new CancellationTokenSource();
        Task<NodeDrainResult> first = DrainAsync(
            await cluster.ConnectAsync(),
            node,
            new() { Timeout = Eventually.Limit },
            new(),
            stop.Token
        );
        NodeLock held = await LockOfAsync(cluster, node);

        NodeDrainResult second = await DrainAsync(
            await cluster.ConnectAsync(),
            node,
            Other with
            {
                Timeout = TimeSpan.FromSeconds(2),
            },
            new(),
            default
        );

        Assert.Equal(NodeDrainStatus.TimedOut, second.Status);
        NodeManagerException failure = DrainFailures.Of(second)!;
        Assert.Equal(ErrorIds.NodeBusy, failure.ErrorId);
        Assert.Contains(held.Operation, failure.Message, StringComparison.Ordinal);
        Assert.Contains(held.Holder, failure.Message, StringComparison.Ordinal);
        await stop.CancelAsync();
        await first;
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_with_the_same_options_is_joined(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await AddHeldNodeAsync(cluster);
        DrainOptions options = new() { Timeout = Eventually.Limit };
        Task<NodeDrainResult> first = DrainAsync(await cluster.ConnectAsync(), node, options, new(), default);
        NodeLock held = await LockOfAsync(cluster, node);
        var listener = new Listener();
        Task<NodeDrainResult> second = DrainAsync(
            await cluster.ConnectAsync(),
            node,
            options with
            {
                Reason = "too",
            },
            new(),
            default,
            listener
        );
        await listener.HearsAsync($"joined {held.Operation}");

        await NodeLocks.CancelAsync(await cluster.ConnectAsync(), node, held.Operation, "someone@else", default);

        Assert.Equal((NodeDrainStatus.Cancelled, NodeDrainCancelReason.Requested), await StateAsync(first));
        Assert.Same(await first, await second);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_is_cancelled_from_another_session(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await AddHeldNodeAsync(cluster);
        Task<NodeDrainResult> drain = DrainAsync(await cluster.ConnectAsync(), node, new() { Timeout = Eventually.Limit }, new(), default);
        NodeLock held = await LockOfAsync(cluster, node);

        long start = TimeProvider.System.GetTimestamp();
        Assert.Null(await NodeLocks.CancelAsync(await cluster.ConnectAsync(), node, "another-operation", "someone@else", default));
        Assert.NotNull(await NodeLocks.CancelAsync(await cluster.ConnectAsync(), node, held.Operation, "someone@else", default));
        NodeDrainResult result = await drain;

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal((NodeDrainStatus.Cancelled, NodeDrainCancelReason.Requested), (result.Status, result.CancelReason));
        Assert.Contains("someone@else cancelled the operation", result.Message, StringComparison.Ordinal);
        Node after = await cluster.GetAsync(Resources.Nodes, node);
        Assert.True(after.Spec.Unschedulable);
        Assert.Null(NodeLock.Read(after));
        Assert.Equal(ErrorIds.DrainCalledOff, DrainFailures.Of(result)!.ErrorId);
    }

    [SkippableTheory]
    [AllBackends("kubectl")]
    [AllBackends("ours")]
    public async Task Uncordoning_calls_a_drain_off(string backend, string by)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await AddHeldNodeAsync(cluster);
        Task<NodeDrainResult> drain = DrainAsync(await cluster.ConnectAsync(), node, new() { Timeout = Eventually.Limit }, new(), default);
        await LockOfAsync(cluster, node);
        var listener = new Listener();
        Task<NodeDrainResult> waiting = DrainAsync(await cluster.ConnectAsync(), node, Other, new(), default, listener);
        await listener.HearsAsync("waiting for NodeDrain");

        if (by == "ours")
            await NodeEditor.SetUnschedulableAsync(await cluster.ConnectAsync(), node, false, false, default);
        else
            await cluster.Client.PatchAsync(
                Resources.Nodes,
                node,
                null,
                Patch.Merge(new() { ["spec"] = new JsonObject { ["unschedulable"] = null } }),
                null,
                new(),
                default
            );

        Assert.Equal((NodeDrainStatus.Cancelled, NodeDrainCancelReason.Uncordoned), await StateAsync(drain));
        Assert.Equal((NodeDrainStatus.Cancelled, NodeDrainCancelReason.Uncordoned), await StateAsync(waiting));
        NodeDrainResult ended = await drain;
        Assert.True(ended.Remaining == 2, ended.Describe());
        Node after = await cluster.GetAsync(Resources.Nodes, node);
        Assert.NotEqual(true, after.Spec.Unschedulable);
        Assert.Null(NodeLock.Read(after));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_lock_of_a_dead_process_dies(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string node, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        // By a clock that is an hour ahead.
        NodeLock dead = new()
        {
            Kind = NodeLockKind.Drain,
            Holder = "gone@machine/1",
            Operation = "dead",
            DurationSeconds = 3,
            RenewedAt = cluster.Time.GetUtcNow().AddHours(1),
        };
        await cluster.Client.PatchAsync(Resources.Nodes, node, null, Patch.Merge(NodeLock.Patch(dead)), null, new(), default);

        long start = TimeProvider.System.GetTimestamp();
        NodeDrainResult result = await DrainAsync(await cluster.ConnectAsync(), node, new() { Timeout = Eventually.Limit }, new(), default);

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromSeconds(2.9));
        Assert.Null(NodeLock.Read(await cluster.GetAsync(Resources.Nodes, node)));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_cordon_or_a_note_of_a_drain_is_not_a_lock(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string node, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.CordonAsync(node);
        await cluster.Client.PatchAsync(
            Resources.Nodes,
            node,
            null,
            Patch.Merge(EntryPatch(DrainAnnotation.Key, new DrainAnnotation("a@b", "", cluster.Time.GetUtcNow()).ToJson())),
            null,
            new(),
            default
        );

        NodeDrainResult result = await DrainAsync(
            await cluster.ConnectAsync(),
            node,
            new() { Timeout = Eventually.Limit },
            new() { Waits = false },
            default
        );

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_dry_run_of_an_uncordon_shows_the_mark_on_the_lock_and_writes_nothing(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync();
        await cluster.CordonAsync(node);
        await WriteAsync(cluster, node, Held("other"));

        ClusterNode announced = await NodeEditor.SetUnschedulableAsync(session, node, false, true, default);
        Node before = await cluster.GetAsync(Resources.Nodes, node);
        ClusterNode uncordoned = await NodeEditor.SetUnschedulableAsync(session, node, false, false, default);

        Assert.Null(NodeLock.Read(before)!.CancelledBy);
        Assert.True(before.Spec.Unschedulable);
        Assert.Equal(session.Who(), NodeLock.Read(announced)!.CancelledBy);
        Assert.False(announced.Unschedulable);
        // Its holder, which would remove the lock, does not exist.
        Assert.Equal(NodeLock.Read(announced), NodeLock.Read(uncordoned));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_run_of_a_former_version_counts_as_a_lock_while_it_lives(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string node, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        string now = cluster.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        await cluster.CreateAsync(
            Resources.Leases,
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = "nodemanager-run-m1" },
                ["spec"] = new JsonObject
                {
                    ["holderIdentity"] = "old@machine/1",
                    ["leaseDurationSeconds"] = 3600,
                    ["renewTime"] = now,
                },
            }
        );
        MaintenanceClaim claim = new()
        {
            Run = "m1",
            Namespace = cluster.Namespace,
            Holder = "old@machine/1",
            At = cluster.Time.GetUtcNow(),
            IsBegun = true,
        };
        await cluster.Client.PatchAsync(
            Resources.Nodes,
            node,
            null,
            Patch.Merge(EntryPatch(MaintenanceClaim.Key, claim.ToJson())),
            null,
            new(),
            default
        );

        DrainOutcome busy = await UserDrainAsync(cluster, node, TimeSpan.FromSeconds(3));
        Assert.Equal(ErrorIds.NodeBusy, busy.Failure?.ErrorId);
        Assert.Contains("NodeMaintenance m1 (holder: old@machine/1)", busy.Failure!.Message, StringComparison.Ordinal);
        Assert.NotEqual(true, (await cluster.GetAsync(Resources.Nodes, node)).Spec.Unschedulable);

        Task<DrainOutcome> waiting = UserDrainAsync(cluster, node, Eventually.Limit);
        await cluster.Client.DeleteAsync(Resources.Leases, "nodemanager-run-m1", cluster.Namespace, new(), default);
        DrainOutcome drained = await waiting;
        Assert.True(drained.Result?.Status == NodeDrainStatus.Drained, drained.Result?.Describe());
    }

    private static async Task<DrainOutcome> UserDrainAsync(TestCluster cluster, string node, TimeSpan timeout) =>
        Assert.Single(
            await NodeOperations
                .DrainAsync(
                    new(await cluster.ConnectAsync(), [node], new DrainOptions { Timeout = timeout }),
                    NullObserver.Instance,
                    default,
                    default
                )
                .ToListAsync()
        );

    private static NodeLock Held(string operation) =>
        new()
        {
            Kind = NodeLockKind.Drain,
            Holder = "other@machine/1",
            Operation = operation,
            DurationSeconds = 600,
        };

    private static Task WriteAsync(TestCluster cluster, string node, NodeLock? held) =>
        cluster.Client.PatchAsync(Resources.Nodes, node, null, Patch.Merge(NodeLock.Patch(held)), null, new(), default);

    private static JsonObject EntryPatch(string key, string value) =>
        new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [key] = value } } };

    // Its pods cannot be evicted.
    private static async Task<string> AddHeldNodeAsync(TestCluster cluster)
    {
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);
        return full;
    }

    private static async Task<NodeLock> LockOfAsync(TestCluster cluster, string node) =>
        NodeLock.Read(await cluster.WaitForAsync(Resources.Nodes, node, static n => NodeLock.Read(n) is not null))!;

    private static async Task<(string Status, string Reason)> StateAsync(Task<NodeDrainResult> drain)
    {
        NodeDrainResult result = await drain;
        return (result.Status, result.CancelReason);
    }

    private static async Task<NodeDrainResult> DrainAsync(
        NodeManagerSession session,
        string node,
        DrainOptions options,
        NodeLockUse use,
        CancellationToken cancellationToken,
        Listener? listener = null
    ) =>
        Assert.Single(
            await NodeDrainer
                .DrainAsync(session, [node], options, listener ?? (IOperationObserver)NullObserver.Instance, cancellationToken, use)
                .ToListAsync(CancellationToken.None)
        );
}

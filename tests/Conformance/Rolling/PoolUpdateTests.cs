using NodeManager.Autoscaling.NodePools;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Rolling;

/// <summary>A pool is rolled: pods move once, PDBs hold, and whatever goes wrong is seen, passed by or undone.</summary>
[Collection(AutoscalerLab.UpdatesInTurn)]
[Takes(150)]
public sealed class PoolUpdateTests
{
    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task Every_outdated_node_is_replaced_and_each_pod_moves_once(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 3);
        using PodLedger pods = await PodLedger.StartAsync(lab.Cluster, "web");
        HashSet<string> before = [.. (await lab.NodesAsync()).Select(static one => one.Metadata.Uid!)];
        await lab.RelabelAsync("b");

        PoolUpdateOutcome outcome = await lab.UpdateAsync();

        Assert.Null(outcome.Failure);
        Assert.True(
            outcome.Update is { Status: NodePoolUpdateStatus.Completed, Removed: 3, Evicted: 6, Ready: 3 },
            RollLab.Describe(outcome.Update)
        );
        Assert.All(outcome.Update.Nodes, static one => Assert.Equal(["label tier: a -> b"], one.Reasons));
        List<Node> after = await lab.NodesAsync();
        Assert.Equal(3, after.Count);
        Assert.All(
            after,
            one =>
                Assert.True(
                    one.Metadata.Labels!["tier"] == "b" && !before.Contains(one.Metadata.Uid!) && one.Spec.Unschedulable != true,
                    one.Metadata.Name
                )
        );
        await lab.Cluster.WaitForReadyPodsAsync("app=web", 6);
        Assert.Equal(12, pods.Count);
        Assert.True(pods.FewestReady >= 5, $"{pods.FewestReady} of 6 pods were ready");
        Assert.False((await lab.PoolAsync()).Metadata.Annotations?.ContainsKey(NodeSmithNames.UpdateAnnotation) == true);
        // Again: there is nothing to do, and nothing is done.
        outcome = await lab.UpdateAsync();
        Assert.Equal(
            (NodePoolUpdateStatus.Completed, 0, "No node is outdated."),
            (outcome.Update.Status, outcome.Update.Nodes.Count, outcome.Update.Message)
        );
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task Nodes_of_another_image_are_outdated(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 2, simulated: """{"image":"ubuntu-24.04"}""");
        Assert.Equal("No node is outdated.", (await lab.UpdateAsync()).Update.Message);
        await lab.Lab.PatchAsync(NodeSmithResources.Providers, "sim", """{"spec":{"simulated":{"image":"ubuntu-26.04"}}}""");

        PoolUpdateOutcome outcome = await lab.UpdateAsync();

        Assert.True(outcome.Update is { Status: NodePoolUpdateStatus.Completed, Removed: 2, Ready: 2 }, RollLab.Describe(outcome.Update));
        Assert.All(outcome.Update.Nodes, static one => Assert.Equal(["image: ubuntu-24.04 -> ubuntu-26.04"], one.Reasons));
        Assert.Equal("No node is outdated.", (await lab.UpdateAsync()).Update.Message);
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    public async Task An_update_that_ends_while_it_is_read_is_completed(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 1);
        await lab.RelabelAsync("b");
        Task<PoolUpdateOutcome> running = lab.UpdateAsync();
        await lab.WaitForUpdateAsync("a running update", static one => one.EndedAt is null);
        NodeManagerSession reader = await lab.Cluster.ConnectAsync(inner => new BeforeLeases(inner, () => running));

        NodePoolUpdate update = Assert.Single(await PoolUpdates.ReadAsync(reader, new(lab.Lab.Namespace), [], default));

        Assert.True(update.Status == NodePoolUpdateStatus.Completed, RollLab.Describe(update));
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task A_node_that_cannot_be_drained_is_skipped_and_updated_later(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 3);
        string blocked = (await lab.NodesAsync())[1].Metadata.Name;
        // Nobody recreates it, and the update is not told to lose it.
        await lab.Cluster.AddPodAsync("alone", blocked);
        await lab.RelabelAsync("b");

        PoolUpdateOutcome outcome = await lab.UpdateAsync();

        Assert.True(
            outcome.Update is { Status: NodePoolUpdateStatus.Incomplete, Removed: 2, Skipped: 1 },
            RollLab.Describe(outcome.Update)
        );
        Assert.Equal(ErrorIds.PoolUpdateIncomplete, outcome.Failure!.ErrorId);
        NodePoolUpdateNode skipped = outcome.Update.Nodes.Single(static one => one.Status == NodePoolUpdateNodeStatus.Skipped);
        Assert.Equal(blocked, skipped.Node);
        Assert.Contains("alone", skipped.Message, StringComparison.Ordinal);
        Assert.True((await lab.Cluster.GetAsync(Resources.Nodes, blocked)).Spec.Unschedulable);

        await lab.DeleteAsync(Resources.Pods, "alone");
        outcome = await lab.UpdateAsync(intent: PoolUpdateIntent.Resume);

        Assert.Null(outcome.Failure);
        Assert.True(outcome.Update is { Status: NodePoolUpdateStatus.Completed, Removed: 3 }, RollLab.Describe(outcome.Update));
        Assert.All(await lab.NodesAsync(), static one => Assert.Equal("b", one.Metadata.Labels!["tier"]));
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    public async Task During_a_blocked_drain_the_timeout_can_be_shortened_and_the_update_paused_and_resumed(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 2);
        // No pod may go.
        await lab.PatchBudgetAsync(0);
        await lab.RelabelAsync("b");
        Task<PoolUpdateOutcome> running = lab.UpdateAsync(new() { DrainTimeout = TimeSpan.Zero });
        await lab.WaitForUpdateAsync(
            "a drain",
            static update => update.Nodes.Any(static one => one.Status == NodePoolUpdateNodeStatus.Draining)
        );

        await lab.ChangeAsync(new() { Pause = true });
        NodePoolUpdate paused = (await lab.WaitForUpdateAsync("a pause", static update => update.Status == NodePoolUpdateStatus.Paused))!;
        Assert.All(paused.Nodes, static one => Assert.Equal(NodePoolUpdateNodeStatus.Pending, one.Status));
        await lab.ChangeAsync(new() { Pause = false });
        await lab.WaitForUpdateAsync(
            "a drain again",
            static update => update.Nodes.Any(static one => one.Status == NodePoolUpdateNodeStatus.Draining)
        );

        // By the cluster's clock, which is 30 times as fast in the embedded cluster: 10 seconds, in which a busy machine also sees the PDB refuse.
        await lab.ChangeAsync(new() { DrainTimeout = TimeSpan.FromSeconds(lab.Cluster.IsReal ? 10 : 300) });
        PoolUpdateOutcome outcome = await running;
        Assert.True(outcome.Update is { Status: NodePoolUpdateStatus.Incomplete, Skipped: 2 }, RollLab.Describe(outcome.Update));
        Assert.All(outcome.Update.Nodes, static one => Assert.Contains("PDB", one.Message, StringComparison.Ordinal));

        // What is left is let go of: the former nodes are in service again. The autoscaler may already remove the new one, which is idle.
        outcome = await EndAsync(lab, new() { Stop = true });
        Assert.True(outcome.Update.Status == NodePoolUpdateStatus.Stopped, RollLab.Describe(outcome.Update));
        List<Node> former = (await lab.NodesAsync()).FindAll(static one => one.Metadata.Labels!["tier"] == "a");
        Assert.Equal(2, former.Count);
        Assert.All(former, static one => Assert.False(one.Spec.Unschedulable == true, one.Metadata.Name));
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task Unhealthy_new_nodes_cause_a_rollback(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 3);
        await lab.RelabelAsync("b");
        Task<PoolUpdateOutcome> running = lab.UpdateAsync(new() { HealthGrace = TimeSpan.Zero, Soak = lab.Soak });
        await lab.WaitForUpdateAsync("a node removed", static update => update.Removed > 0);
        // Its disk fails.
        Node fresh = await Eventually.GetAsync(
            "a new node",
            async () => (await lab.NodesAsync()).FirstOrDefault(static one => one.Metadata.Labels!["tier"] == "b")!,
            static one => one is not null
        );
        await lab.FailAsync(fresh.Metadata.Name);

        PoolUpdateOutcome outcome = await running;

        Assert.True(outcome.Update is { Status: NodePoolUpdateStatus.RolledBack, IsRollback: true }, RollLab.Describe(outcome.Update));
        Assert.Equal(ErrorIds.PoolUpdateRolledBack, outcome.Failure!.ErrorId);
        Assert.Contains(fresh.Metadata.Name, outcome.Update.Message, StringComparison.Ordinal);
        Assert.Equal("a", (await lab.PoolAsync()).Spec.MachineTemplate.Labels!["tier"]);
        List<Node> nodes = await lab.NodesAsync();
        Assert.Equal(3, nodes.Count);
        Assert.All(
            nodes,
            static one => Assert.True(one.Metadata.Labels!["tier"] == "a" && one.Spec.Unschedulable != true, one.Metadata.Name)
        );
        await lab.Cluster.WaitForReadyPodsAsync("app=web", 6);
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task A_resumed_update_stays_with_a_live_holder_and_is_taken_over_from_a_dead_one(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 2);
        await lab.RelabelAsync("b");
        KillSwitch? power = null;
        NodeManagerSession session = await lab.Cluster.ConnectAsync(inner => power = new(inner)),
            other = await lab.Cluster.ConnectAsync();
        using CancellationTokenSource stop = new();
        Task<PoolUpdateOutcome> first = PoolUpdates.RunAsync(
            session,
            lab.Request(new() { Soak = TimeSpan.FromHours(9) }),
            NullObserver.Instance,
            stop.Token
        );
        await lab.WaitForUpdateAsync("an update", static update => update.Status == NodePoolUpdateStatus.Running);
        await lab.ChangeAsync(new() { Pause = true });
        await lab.WaitForUpdateAsync("a pause", static update => update.Status == NodePoolUpdateStatus.Paused);
        PoolUpdateRequest resume = lab.Request(intent: PoolUpdateIntent.Resume),
            end = lab.Request(intent: PoolUpdateIntent.End);

        await lab.ChangeAsync(new() { Pause = false });
        PoolUpdateOutcome alive = await PoolUpdates.ContinueAsync(other, resume, NullObserver.Instance, default);
        Assert.Null(alive.Failure);
        Assert.False(first.IsCompleted);
        Assert.True(alive.Update.EndedAt is null, RollLab.Describe(alive.Update));

        power!.Kill();
        await stop.CancelAsync();
        await Task.WhenAny(first);
        await lab.ChangeAsync(new() { Stop = true });
        PoolUpdateOutcome ended = await PoolUpdates.ContinueAsync(other, end, NullObserver.Instance, default);
        Assert.True(ended.Update.Status == NodePoolUpdateStatus.Stopped, RollLab.Describe(ended.Update));
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    public async Task Blue_green_creates_all_new_nodes_before_the_first_eviction_and_keeps_old_nodes_for_the_soak_time(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 2, allowed: 4);
        using PodLedger pods = await PodLedger.StartAsync(lab.Cluster, "web");
        await lab.RelabelAsync("b");
        Task<PoolUpdateOutcome> running = lab.UpdateAsync(
            new() { Strategy = PoolUpdateStrategy.BlueGreen, KeepOld = TimeSpan.FromHours(1) }
        );
        NodePoolUpdate drained = (
            await lab.WaitForUpdateAsync(
                "both nodes drained",
                static update => update.Nodes.All(static one => one.Status == NodePoolUpdateNodeStatus.Drained)
            )
        )!;
        Assert.Equal(4, drained.Evicted);
        Assert.Equal(4, (await lab.NodesAsync()).Count);

        // Somebody wants the former ones back: they are there.
        await lab.ChangeAsync(new() { Rollback = true });
        PoolUpdateOutcome outcome = await running;

        Assert.True(outcome.Update.Status == NodePoolUpdateStatus.RolledBack, RollLab.Describe(outcome.Update));
        List<Node> nodes = await lab.NodesAsync();
        Assert.Equal(["a", "a"], nodes.Select(static one => one.Metadata.Labels!["tier"]));
        Assert.Equal(12, pods.Count);
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    public async Task Pool_limits_without_room_refuse_the_update_and_without_surge_nodes_are_removed_first(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 2, allowed: 2, max: 2);
        await lab.RelabelAsync("b");

        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() => lab.UpdateAsync());
        Assert.Equal((ErrorIds.PoolUpdateInvalid, ErrorKind.LimitsExceeded), (refused.ErrorId, refused.Kind));
        Assert.All(await lab.NodesAsync(), static one => Assert.False(one.Spec.Unschedulable == true));

        PoolUpdateOutcome outcome = await lab.UpdateAsync(new() { MaxSurge = "0", MaxUnavailable = "1" });
        Assert.True(outcome.Update.Status == NodePoolUpdateStatus.Completed, RollLab.Describe(outcome.Update));
        Assert.Equal(["b", "b"], (await lab.NodesAsync()).Select(static one => one.Metadata.Labels!["tier"]));
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task Plans_of_a_cluster_pool_name_moving_pods_and_blocking_PDBs(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 2);
        await lab.PatchBudgetAsync(0);
        await lab.RelabelAsync("b");
        NodeManagerSession session = await lab.Cluster.ConnectAsync();
        PoolContext pools = new(session, new ClusterPoolProvider(session, lab.Lab.Namespace)) { HomeCluster = session.Cluster };

        IReadOnlyList<NodePoolUpdatePlan> roll = await PoolUpdatePlanner.PlanAsync(session, lab.Request(), NullObserver.Instance, default);
        NodePoolPlan removal = await PoolPlanner.PlanDeletionAsync(pools, new() { Name = RollLab.Pool }, default);

        Assert.Equal(4, roll.Sum(static one => one.Pods.Count));
        Assert.All(roll, static one => Assert.Contains(one.Obstacles, static text => text.Contains("/web", StringComparison.Ordinal)));
        Assert.True(removal.IsCertain);
        Assert.Equal((2, 4), (removal.Nodes!.Count, removal.Pods!.Count));
        Assert.Equal("web", Assert.Single(removal.BlockingBudgets!).Name);
        // New nodes come before the first eviction: that no present node has room is no obstacle.
        await lab.PatchBudgetAsync(1);
        roll = await PoolUpdatePlanner.PlanAsync(session, lab.Request(), NullObserver.Instance, default);
        Assert.All(roll, static one => Assert.True(one.Obstacles.Count == 0, string.Join("; ", one.Obstacles)));
        Assert.NotEmpty(
            (
                await PoolUpdatePlanner.PlanAsync(
                    session,
                    lab.Request(new() { MaxSurge = "0", MaxUnavailable = "1" }),
                    NullObserver.Instance,
                    default
                )
            ).SelectMany(static one => one.Obstacles)
        );

        // Nothing was touched.
        Assert.All(await lab.NodesAsync(), static one => Assert.False(one.Spec.Unschedulable == true));
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox, false)]
    [InlineData(Backend.Real, false)]
    [InlineData(Backend.Sandbox, true)]
    [InlineData(Backend.Real, true)]
    public async Task Evictions_before_an_interrupt_count_after_the_resume(string backend, bool areTerminating)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 2, allowed: 4);
        // Keeps a drain going when the other pods have left.
        await lab.Cluster.AddReplicaSetAsync("held", 2);
        await lab.Cluster.AddBudgetAsync("held", "held", "maxUnavailable", 0, 0);
        IReadOnlyList<Pod> pods = await lab.Cluster.ListPodsAsync("app=web");
        HashSet<string> web = [.. pods.Select(static pod => pod.Metadata.Uid!)];
        if (areTerminating)
            await SetFinalizersAsync("[\"example.com/hold\"]");
        await lab.RelabelAsync("b");
        using CancellationTokenSource stop = new();
        Task<PoolUpdateOutcome> running = PoolUpdates.RunAsync(
            await lab.Cluster.ConnectAsync(),
            lab.Request(new() { DrainTimeout = TimeSpan.Zero }),
            NullObserver.Instance,
            stop.Token
        );
        await Eventually.HoldsAsync("pods evicted in a drain that goes on", async () => await IsDrainedButForHeldAsync(lab, web));

        await stop.CancelAsync();
        NodePoolUpdate interrupted = (await running).Update;
        if (areTerminating)
            await SetFinalizersAsync("null");

        Assert.Equal(NodePoolUpdateStatus.Interrupted, interrupted.Status);
        Assert.InRange(interrupted.Evicted, 1, web.Count);
        Assert.Equal(interrupted.Evicted, (await lab.ReadAsync())!.Evicted);
        ResourceType<PodDisruptionBudget> type = Resources.PodDisruptionBudgets(lab.Cluster.Capabilities.BudgetVersion);
        await lab.Lab.PatchAsync(type, "held", """{"spec":{"maxUnavailable":2}}""");
        PoolUpdateOutcome outcome = await lab.UpdateAsync(intent: PoolUpdateIntent.Resume);
        Assert.True(
            outcome.Update is { Status: NodePoolUpdateStatus.Completed } && outcome.Update.Evicted == web.Count + 2,
            $"{outcome.Update.Evicted} {RollLab.Describe(outcome.Update)}"
        );

        Task SetFinalizersAsync(string finalizers) =>
            Task.WhenAll(
                pods.Select(pod =>
                    lab.Lab.PatchAsync(Resources.Pods, pod.Metadata.Name, $"{{\"metadata\":{{\"finalizers\":{finalizers}}}}}")
                )
            );
    }

    private static async Task<bool> IsDrainedButForHeldAsync(RollLab lab, HashSet<string> web)
    {
        HashSet<string> draining =
        [
            .. (await lab.ReadAsync())
                ?.Nodes.Where(static one => one.Status == NodePoolUpdateNodeStatus.Draining)
                .Select(static one => one.Node)
                ?? [],
        ];
        IReadOnlyList<Pod> pods = [.. (await lab.Cluster.ListPodsAsync()).Where(static pod => pod.Metadata.DeletionTimestamp is null)];
        return pods.Any(pod => draining.Contains(pod.Spec.NodeName ?? "") && pod.Metadata.Labels!["app"] == "held")
            && !pods.Any(pod => draining.Contains(pod.Spec.NodeName ?? "") && web.Contains(pod.Metadata.Uid!))
            && pods.Count(pod => web.Contains(pod.Metadata.Uid!)) < web.Count;
    }

    private static async Task<PoolUpdateOutcome> EndAsync(RollLab lab, PoolUpdateChange change)
    {
        await lab.ChangeAsync(change);
        return await lab.UpdateAsync(intent: PoolUpdateIntent.End);
    }
}

using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Rolling;

/// <summary>
/// A pool of a service is rolled: by a second pool whose nodes take the pods of the first, or by the service itself, which is followed. Its process is
/// killed as often as <c>NODEMANAGER_POOL_UPDATE_KILLS</c> says, 5 by default.
/// </summary>
[Takes(120)]
public sealed class ServiceRollTests(ITestOutputHelper output)
{
    private static readonly PoolUpdateOptions BlueGreen = new() { Strategy = PoolUpdateStrategy.BlueGreen },
        Follow = new() { Strategy = PoolUpdateStrategy.Follow };
    private static readonly int Kills = ProofSize.Read("NODEMANAGER_POOL_UPDATE_KILLS", 5);
    private static readonly int Seed = ProofSize.Read("NODEMANAGER_POOL_UPDATE_SEED", 1);

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task A_second_pool_takes_over_and_each_pod_moves_once(string backend)
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(3, backend: backend);
        using PodLedger pods = await PodLedger.StartAsync(lab.Cluster, "web");

        PoolUpdateOutcome outcome = await lab.UpdateAsync();

        Assert.Null(outcome.Failure);
        Assert.True(
            outcome.Update
                is {
                    Status: NodePoolUpdateStatus.Completed,
                    Removed: 3,
                    Evicted: 6,
                    Ready: 3,
                    SecondPool: ServiceRollLab.Second,
                    Provider: NodePoolProvider.Service
                },
            RollLab.Describe(outcome.Update)
        );
        Assert.All(
            outcome.Update.Nodes,
            static one => Assert.Equal(["spec.platform.gcp.machineType: n1-standard-4 -> n1-standard-8"], one.Reasons)
        );
        Assert.DoesNotContain(ServiceRollLab.Pool, await lab.PoolNamesAsync());
        Assert.Equal("n1-standard-8", await lab.MachineTypeAsync(ServiceRollLab.Second));
        Assert.Equal(3, (await lab.NodesAsync(ServiceRollLab.Second)).Count);
        Assert.Empty(await lab.NodesAsync(ServiceRollLab.Pool));
        await lab.Cluster.WaitForReadyPodsAsync("app=web", 6);
        Assert.Equal(12, pods.Count);
        Assert.True(pods.FewestReady >= 5, $"{pods.FewestReady} of 6 pods were ready");
    }

    [Fact]
    public async Task A_plan_names_nodes_pods_and_blockers()
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(2, allowed: 0);

        IReadOnlyList<NodePoolUpdatePlan> plans = await PoolUpdatePlanner.PlanAsync(
            lab.Home.Session,
            lab.Request(),
            NullObserver.Instance,
            default
        );

        Assert.Equal([1, 1], plans.Select(static one => one.Turn));
        Assert.Equal(4, plans.Sum(static one => one.Pods.Count));
        Assert.All(plans, static one => Assert.Equal($"node of pool {ServiceRollLab.Second}", one.Replacement));
        Assert.All(plans, static one => Assert.Contains(one.Obstacles, static text => text.Contains("/web", StringComparison.Ordinal)));
        Assert.DoesNotContain(ServiceRollLab.Second, await lab.PoolNamesAsync());
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task A_node_that_cannot_be_drained_is_skipped_keeps_the_first_pool_and_is_updated_later(string backend)
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(3, backend: backend);
        string blocked = (await lab.NodesAsync(ServiceRollLab.Pool))[1].Metadata.Name;
        await lab.Cluster.AddPodAsync("alone", blocked);

        PoolUpdateOutcome outcome = await lab.UpdateAsync();

        Assert.Equal(ErrorIds.PoolUpdateIncomplete, outcome.Failure?.ErrorId);
        Assert.True(outcome.Update is { Status: NodePoolUpdateStatus.Incomplete, Skipped: 1 }, RollLab.Describe(outcome.Update));
        Assert.Equal(2, outcome.Update.Nodes.Count(static one => one.Status == NodePoolUpdateNodeStatus.Drained));
        Assert.Contains("alone", outcome.Update.Nodes.Single(one => one.Node == blocked).Message, StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { ServiceRollLab.Pool, ServiceRollLab.Second }, (await lab.PoolNamesAsync()).ToHashSet());

        await lab.Home.Lab.DeleteAsync(Resources.Pods, "alone");
        outcome = await lab.UpdateAsync(intent: PoolUpdateIntent.Resume);

        Assert.True(outcome.Update is { Status: NodePoolUpdateStatus.Completed, Removed: 3 }, RollLab.Describe(outcome.Update));
        Assert.DoesNotContain(ServiceRollLab.Pool, await lab.PoolNamesAsync());
    }

    [Fact]
    public async Task During_a_blocked_drain_the_roll_can_be_paused_resumed_and_its_timeout_shortened()
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(2, allowed: 0);
        Task<PoolUpdateOutcome> running = lab.UpdateAsync(BlueGreen with { DrainTimeout = TimeSpan.Zero });
        await lab.WaitForUpdateAsync(
            "a drain",
            static update => update.Nodes.Any(static one => one.Status == NodePoolUpdateNodeStatus.Draining)
        );

        await lab.ChangeAsync(new() { Pause = true });
        await lab.WaitForUpdateAsync("a pause", static update => update.Status == NodePoolUpdateStatus.Paused);
        await lab.ChangeAsync(new() { Pause = false });
        await lab.WaitForUpdateAsync(
            "a drain again",
            static update => update.Nodes.Any(static one => one.Status == NodePoolUpdateNodeStatus.Draining)
        );
        await lab.ChangeAsync(new() { DrainTimeout = TimeSpan.FromSeconds(1) });
        PoolUpdateOutcome outcome = await running;
        Assert.True(outcome.Update is { Status: NodePoolUpdateStatus.Incomplete, Skipped: 2 }, RollLab.Describe(outcome.Update));

        // Ended: the first pool is in service again, the second one stays.
        await lab.ChangeAsync(new() { Stop = true });
        outcome = await lab.UpdateAsync(intent: PoolUpdateIntent.End);
        Assert.True(outcome.Update.Status == NodePoolUpdateStatus.Stopped, RollLab.Describe(outcome.Update));
        Assert.All(
            await lab.NodesAsync(ServiceRollLab.Pool),
            static one => Assert.False(one.Spec.Unschedulable == true, one.Metadata.Name)
        );
    }

    [Fact]
    public async Task Drained_nodes_are_kept_for_the_soak_time_and_a_user_can_roll_back()
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(2, allowed: 4);
        Task<PoolUpdateOutcome> running = lab.UpdateAsync(BlueGreen with { KeepOld = TimeSpan.FromHours(1) });
        await lab.WaitForUpdateAsync(
            "both nodes drained",
            static update => update.Nodes.Count(static one => one.Status == NodePoolUpdateNodeStatus.Drained) == 2
        );

        await lab.ChangeAsync(new() { Rollback = true });
        PoolUpdateOutcome outcome = await running;

        Assert.True(outcome.Update is { Status: NodePoolUpdateStatus.RolledBack, IsRollback: true }, RollLab.Describe(outcome.Update));
        Assert.DoesNotContain(ServiceRollLab.Second, await lab.PoolNamesAsync());
        Assert.Empty(await lab.NodesAsync(ServiceRollLab.Second));
        Assert.All(
            await lab.NodesAsync(ServiceRollLab.Pool),
            static one => Assert.False(one.Spec.Unschedulable == true, one.Metadata.Name)
        );
        await lab.Cluster.WaitForReadyPodsAsync("app=web", 4);
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task Unhealthy_new_nodes_restore_the_first_pool(string backend)
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(2, allowed: 0, backend: backend);
        Task<PoolUpdateOutcome> running = lab.UpdateAsync(BlueGreen with { HealthGrace = TimeSpan.Zero, DrainTimeout = TimeSpan.Zero });
        await lab.WaitForUpdateAsync(
            "a drain",
            static update => update.Nodes.Any(static one => one.Status == NodePoolUpdateNodeStatus.Draining)
        );
        string fresh = (await lab.NodesAsync(ServiceRollLab.Second))[0].Metadata.Name;
        await RollLab.FailAsync(lab.Cluster, fresh);

        PoolUpdateOutcome outcome = await running;

        Assert.Equal(ErrorIds.PoolUpdateRolledBack, outcome.Failure?.ErrorId);
        Assert.Contains(fresh, outcome.Update.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ServiceRollLab.Second, await lab.PoolNamesAsync());
        Assert.All(
            await lab.NodesAsync(ServiceRollLab.Pool),
            static one => Assert.False(one.Spec.Unschedulable == true, one.Metadata.Name)
        );
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task The_roll_of_the_service_is_followed_to_its_end(string backend)
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(2, backend: backend);
        HashSet<string> before = [.. (await lab.NodesAsync(ServiceRollLab.Pool)).Select(static one => one.Metadata.Name)];

        PoolUpdateOutcome outcome = await lab.UpdateAsync(Follow);

        Assert.Null(outcome.Failure);
        Assert.True(
            outcome.Update is { Status: NodePoolUpdateStatus.Completed, Removed: 2, SecondPool: "", MaxSurge: "" },
            RollLab.Describe(outcome.Update)
        );
        List<Node> after = await lab.NodesAsync(ServiceRollLab.Pool);
        Assert.Equal(2, after.Count);
        Assert.DoesNotContain(after, one => before.Contains(one.Metadata.Name));
        Assert.Equal("n1-standard-8", await lab.MachineTypeAsync(ServiceRollLab.Pool));
        // Again: it is so already.
        outcome = await lab.UpdateAsync(Follow);
        Assert.Equal((NodePoolUpdateStatus.Completed, 0), (outcome.Update.Status, outcome.Update.Nodes.Count));
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task A_followed_roll_shows_blockers_refuses_a_pause_and_rolls_back(string backend)
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(2, allowed: 0, backend: backend);
        Task<PoolUpdateOutcome> running = lab.UpdateAsync(Follow);
        NodePoolUpdate hanging = (
            await lab.WaitForUpdateAsync(
                "a node the service drains",
                update =>
                    update.Nodes.Any(static one => one.Status == NodePoolUpdateNodeStatus.Draining)
                    && update.Message.Contains(lab.Cluster.IsReal ? "draining " + ServiceRollLab.Pool : "/web", StringComparison.Ordinal)
            )
        )!;
        Assert.Contains("Waiting for the service", hanging.Message, StringComparison.Ordinal);
        foreach (
            PoolUpdateChange change in (PoolUpdateChange[])
                [new() { Pause = true }, new() { DrainTimeout = TimeSpan.FromMinutes(1) }, new() { MaxSurge = "2" }]
        )
            Assert.Equal(
                ErrorIds.PoolUpdateUnsupported,
                (await Assert.ThrowsAsync<NodeManagerException>(() => lab.ChangeAsync(change))).ErrorId
            );

        await lab.ChangeAsync(new() { Rollback = true });
        await Eventually.GetAsync(
            "the former specification",
            () => lab.MachineTypeAsync(ServiceRollLab.Pool),
            static type => type == "n1-standard-4"
        );
        // The node that the service drains already still has to go.
        await lab.Cluster.Client.DeleteAsync(
            Resources.PodDisruptionBudgets(lab.Cluster.Capabilities.BudgetVersion),
            "web",
            lab.Namespace,
            new(),
            default
        );
        PoolUpdateOutcome outcome = await running;

        Assert.True(outcome.Update.Status == NodePoolUpdateStatus.RolledBack, RollLab.Describe(outcome.Update));
    }

    [Fact]
    public async Task User_data_is_sent_to_the_second_pool_and_not_stored()
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(1);
        using CancellationTokenSource stop = new();
        bool isDown = true;
        lab.Home.Faults.Inject(Fault.Refuse(), 10_000, request => isDown && request.Method == HttpMethod.Post);
        Task<PoolUpdateOutcome> first = PoolUpdates.RunAsync(
            lab.Home.Session,
            lab.Request() with
            {
                Change = UserData,
            },
            NullObserver.Instance,
            stop.Token
        );
        await lab.WaitForUpdateAsync("an update", static update => update.Status == NodePoolUpdateStatus.Running);
        await stop.CancelAsync();
        await Task.WhenAny(first);
        isDown = false;
        Assert.DoesNotContain(Secret, await lab.StoredAsync(), StringComparison.Ordinal);

        // A process that did not start it does not know the user data, unless it is specified again.
        PoolUpdateOutcome resumed = await lab.UpdateAsync(intent: PoolUpdateIntent.Resume);
        Assert.True(resumed.Update.Status == NodePoolUpdateStatus.Stopped, RollLab.Describe(resumed.Update));
        Assert.Contains("User data", resumed.Update.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ServiceRollLab.Second, await lab.PoolNamesAsync());
        PoolUpdateOutcome again = await PoolUpdates.RunAsync(
            lab.Home.Session,
            lab.Request() with
            {
                Change = UserData,
            },
            NullObserver.Instance,
            default
        );

        Assert.True(again.Update.Status == NodePoolUpdateStatus.Completed, RollLab.Describe(again.Update));
        Assert.Equal([$"spec.platform.gcp.userData: ({Secret.Length} characters)"], again.Update.Nodes.Single().Reasons);
        Assert.Contains(
            Secret,
            (await lab.Home.ReadAsync(new() { Names = [ServiceRollLab.Second] })).Single().Spec.Json,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(Secret, await lab.StoredAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_followed_roll_with_user_data_rolls_back_only_in_the_process_that_started_it()
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(2, allowed: 0);
        await lab.Home.ChangeAsync(new() { Name = ServiceRollLab.Pool }, UserData([]));
        // What follows runs under a PDB that allows nothing, so the service's roll hangs.
        PoolUpdateRequest other = lab.Request(Follow) with
        {
            Change = static _ => new() { ["platform"] = new JsonObject { ["gcp"] = new JsonObject { ["userData"] = "other" } } },
        };
        Task<PoolUpdateOutcome> running = PoolUpdates.RunAsync(lab.Home.Session, other, NullObserver.Instance, default);
        await lab.WaitForUpdateAsync(
            "a roll",
            static update => update.Message.Contains("Waiting for the service", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(Secret, await lab.StoredAsync(), StringComparison.Ordinal);
        await lab.ChangeAsync(new() { Rollback = true });
        await Eventually.HoldsAsync(
            "the former user data",
            async () =>
                (await lab.Home.ReadAsync(new() { Names = [ServiceRollLab.Pool] }))
                    .Single()
                    .Spec.Json.Contains(Secret, StringComparison.Ordinal)
        );
        await lab.ChangeAsync(new() { Stop = true });
        await running;

        using CancellationTokenSource stop = new();
        running = PoolUpdates.RunAsync(lab.Home.Session, other, NullObserver.Instance, stop.Token);
        await lab.WaitForUpdateAsync(
            "a roll",
            static update =>
                update.Status == NodePoolUpdateStatus.Running
                && update.Message.Contains("Waiting for the service", StringComparison.Ordinal)
        );
        await stop.CancelAsync();
        await Task.WhenAny(running);
        await lab.ChangeAsync(new() { Rollback = true });
        PoolUpdateOutcome outcome = await lab.UpdateAsync(intent: PoolUpdateIntent.End);

        Assert.True(outcome.Update.Status == NodePoolUpdateStatus.Stopped, RollLab.Describe(outcome.Update));
        Assert.Contains("Set-NodePool -UserData", outcome.Update.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unsupported_options_are_refused_before_the_first_change()
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(1);
        await lab.Home.CreateAsync(ServiceRollLab.Second);

        Assert.Equal(ErrorIds.NodePoolExists, (await Assert.ThrowsAsync<NodeManagerException>(() => lab.UpdateAsync())).ErrorId);
        Assert.Equal(
            ErrorIds.PoolUpdateInvalid,
            (await Assert.ThrowsAsync<NodeManagerException>(() => lab.UpdateAsync(machineType: "n1-standard-4"))).ErrorId
        );
        Assert.Equal(
            ErrorIds.NodePoolNotFound,
            (
                await Assert.ThrowsAsync<NodeManagerException>(() =>
                    PoolUpdates.RunAsync(lab.Home.Session, lab.Request() with { Pool = "none" }, NullObserver.Instance, default)
                )
            ).ErrorId
        );
        Assert.Null(await lab.ReadAsync());
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox, 6)]
    [InlineData(Backend.Real, 3)]
    public async Task After_any_kill_the_next_process_continues_with_one_second_pool_and_each_pod_moves_once(string backend, int inShort)
    {
        // On a real control plane a roll takes seconds a node: all of them where kills are asked for.
        int nodes = Environment.GetEnvironmentVariable("NODEMANAGER_POOL_UPDATE_KILLS") is null ? inShort : 6;
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(nodes, allowed: 2, speed: 8, backend: backend);
        using PodLedger pods = await PodLedger.StartAsync(lab.Cluster, "web");
        Random random = new(Seed);
        int kills = 0;
        for (; kills < Kills && (await lab.ReadAsync())?.EndedAt is null; kills++)
        {
            List<KillSwitch> power = [];
            PoolContext context = await lab.Home.ConnectAllAsync(inner =>
            {
                power.Add(new(inner));
                return power[^1];
            });
            using CancellationTokenSource stop = new();
            Task<PoolUpdateOutcome> running = PoolUpdates.RunAsync(
                context.Session,
                lab.Request(context: context),
                NullObserver.Instance,
                stop.Token
            );
            // So far it gets: the first dies before there is a second pool, or as it is created.
            int reached = Progress(await lab.ReadAsync()),
                goal = kills == 0 ? 0 : Math.Min(reached + random.Next(1 + Math.Max(1, 2 * nodes / Kills)), nodes - 1);
            await Task.WhenAny(
                running,
                lab.WaitForUpdateAsync($"{goal} nodes drained", update => Progress(update) >= goal || update.EndedAt is not null)
            );
            await Task.Delay(random.Next(150));
            foreach (KillSwitch one in power)
                one.Kill();
            await stop.CancelAsync();
            await Task.WhenAny(running);
            output.WriteLine($"killed: {RollLab.Count(await lab.ReadAsync())}; {string.Join(", ", await lab.PoolNamesAsync())}");
        }

        NodePoolUpdate update = await lab.ReadAsync() is { EndedAt: not null } over ? over : (await lab.UpdateAsync()).Update;

        Assert.True(update.Status == NodePoolUpdateStatus.Completed, RollLab.Describe(update));
        Assert.True(kills > 1, $"{kills} kills");
        Assert.Equal(
            [ServiceRollLab.Second],
            (await lab.PoolNamesAsync()).Where(static one => one.StartsWith(ServiceRollLab.Pool, StringComparison.Ordinal))
        );
        Assert.Equal(nodes, (await lab.NodesAsync(ServiceRollLab.Second)).Count);
        await lab.Cluster.WaitForReadyPodsAsync("app=web", 2 * nodes);
        Assert.True(pods.Count <= 4 * nodes, $"{pods.Count - (2 * nodes)} moves of {2 * nodes} pods");
        Assert.True(pods.FewestReady >= (2 * nodes) - 2, $"{pods.FewestReady} of {2 * nodes} pods were ready");
        output.WriteLine($"{kills} kills, {pods.Count - (2 * nodes)} moves of {2 * nodes} pods, at least {pods.FewestReady} ready");
    }

    private const string Secret = "TOKEN=hunter2";

    private static JsonObject UserData(JsonObject spec) =>
        new() { ["platform"] = new JsonObject { ["gcp"] = new JsonObject { ["userData"] = Secret } } };

    private static int Progress(NodePoolUpdate? update) =>
        update?.Nodes.Count(static one =>
            one.Status is NodePoolUpdateNodeStatus.Drained or NodePoolUpdateNodeStatus.Removing or NodePoolUpdateNodeStatus.Removed
        ) ?? 0;
}

using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Maintenance;

/// <summary>Windows, and machines whose clocks differ.</summary>
[Takes(60)]
public sealed class ClockTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task No_node_starts_in_a_window_that_closed_while_the_run_waited_for_a_place(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        JumpingClock clock = new(cluster.Time);
        NodeManagerSession session = await cluster.ConnectAsync(time: clock);
        DateTimeOffset now = clock.GetUtcNow();
        MaintenanceLog log = new();
        using CancellationTokenSource stop = new();
        Task<MaintenanceOutcome> running = NodeMaintainer.RunAsync(
            session,
            cluster.Maintain(
                nodes,
                new() { OnError = MaintenanceErrorAction.Continue, Windows = [$"{now.AddHours(-1):HH:mm}-{now.AddHours(2):HH:mm} UTC"] },
                node => node.Name == nodes[0] ? throw new InvalidOperationException("no disk space") : Task.CompletedTask
            ),
            log,
            stop.Token
        );
        await log.HearsAsync("for nodes to return to service");

        clock.Offset = TimeSpan.FromHours(3);
        await NodeEditor.SetUnschedulableAsync(await cluster.ConnectAsync(), nodes[0], unschedulable: false, dryRun: false, default);
        await Task.WhenAny(running, log.HearsAsync("for the window"));

        Assert.False(running.IsCompleted);
        Assert.DoesNotContain("+" + nodes[1], log.Nodes);
        await stop.CancelAsync();
        Assert.Equal("Failed Pending", string.Join(' ', (await running).Run.StatusesOf()));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_live_run_is_found_and_stopped_from_a_machine_whose_clock_is_ahead(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession ahead = await cluster.ConnectAsync(time: Ahead(cluster));
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<MaintenanceOutcome> running = cluster.RunAsync(Waiting(cluster, node, begun));
        await begun.Task.WaitAsync(Eventually.Limit);
        string run = Assert.Single(await MaintenanceReader.ReadAsync(ahead, [], cluster.Namespace, 10, default)).Id;

        MaintenanceHold? hold = await MaintenanceHolds.FindAsync(ahead, node, default);
        bool isStopped = await MaintenanceStopper.StopAsync(ahead, run, cluster.Namespace, default);

        Assert.Equal((run, true), (hold?.Run, isStopped));
        Assert.Equal(ErrorIds.MaintenanceStopped, (await running.WaitAsync(Eventually.Limit)).Failure?.ErrorId);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_Lease_of_a_dead_run_is_observed_for_the_first_node_only(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        RequestLog requests = null!;
        NodeManagerSession ahead = await cluster.ConnectAsync(inner => requests = new(inner), Ahead(cluster));
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        KillSwitch power = null!;
        NodeManagerSession session = await cluster.ConnectAsync(inner => power = new(inner));
        using CancellationTokenSource stop = new();
        Task<MaintenanceOutcome> running = NodeMaintainer.RunAsync(
            session,
            Waiting(cluster, node, begun),
            new MaintenanceLog(),
            stop.Token
        );
        await begun.Task.WaitAsync(Eventually.Limit);
        power.Kill();
        await stop.CancelAsync();
        await Task.WhenAny(running);

        Assert.Null(await MaintenanceHolds.FindAsync(ahead, node, default));
        Assert.InRange(LeaseReads(), 2, int.MaxValue);
        requests.Clear();
        Assert.Null(await MaintenanceHolds.FindAsync(ahead, node, default));
        Assert.Equal(1, LeaseReads());

        int LeaseReads() => requests.Requests.Count(static one => one.Contains("/leases/", StringComparison.Ordinal));
    }

    private static JumpingClock Ahead(TestCluster cluster) => new(cluster.Time) { Offset = TimeSpan.FromMinutes(10) };

    private static MaintenanceRequest Waiting(TestCluster cluster, string node, TaskCompletionSource begun) =>
        cluster.Maintain([node]) with
        {
            WorkText = "wait",
            Work = async (_, token) =>
            {
                begun.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return [];
            },
        };
}

using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Maintenance;

/// <summary>Windows.</summary>
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

        MaintenanceHold? hold = await MaintenanceHolds.FindAsync(ahead, node, default);
        bool isStopped = await MaintenanceStopper.StopAsync(ahead, run, cluster.Namespace, default);

        Assert.Equal((run, true), (hold?.Run, isStopped));
        Assert.Equal(ErrorIds.MaintenanceStopped, (await running.WaitAsync(Eventually.Limit)).Failure?.ErrorId);
    }

        Assert.Null(await MaintenanceHolds.FindAsync(ahead, node, default));
        Assert.InRange(LeaseReads(), 2, int.MaxValue);
        requests.Clear();
        Assert.Null(await MaintenanceHolds.FindAsync(ahead, node, default));
        Assert.Equal(1, LeaseReads());

        int LeaseReads() => requests.Requests.Count(static one => one.Contains("/leases/", StringComparison.Ordinal));
    }

using System.Net;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Timing;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Rolling;

/// <summary>The autoscaler continues the update of a pool whose process died, and leaves one alone that a person interrupted.</summary>
[Collection(AutoscalerLab.UpdatesInTurn)]
public sealed class AbandonedPoolUpdateTests
{
    private const int Nodes = 6;

    // Each node has two pods.
    private const int WaitingEviction = 5;

    [SkippableTheory]
    [AllBackends]
    public async Task The_leading_autoscaler_continues_the_update_of_a_process_that_was_killed(string backend)
    {
        KillSwitch? leader = null;
        await using RollLab lab = await StartAsync(backend, inner => leader = StopAtEviction(inner, 1));
        await lab.Lab.RunAsync();
        string updater = await KillUpdaterAsync(lab);

        // The leading autoscaler continues, is stopped at its first eviction, and the other one goes on.
        await leader!.Stopped.WaitAsync(Eventually.Limit);
        string holder = (await lab.ReadAsync())!.Holder;
        Assert.True(holder.Length > 0 && holder != updater, holder);
        await AutoscalerLab.StopAsync(lab.Autoscaler);
        NodePoolUpdate? update = await lab.WaitForUpdateAsync("the end", static one => one.EndedAt is not null);

        Assert.True(update!.Status == NodePoolUpdateStatus.Completed, RollLab.Describe(update));
        List<Node> nodes = await lab.NodesAsync();
        Assert.Equal(Nodes, nodes.Count);
        Assert.All(
            nodes,
            static one => Assert.True(one.Metadata.Labels!["tier"] == "b" && one.Spec.Unschedulable != true, one.Metadata.Name)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_autoscaler_does_not_continue_an_interrupted_update(string backend)
    {
        await using RollLab lab = await StartAsync(backend);
        using CancellationTokenSource stop = new();
        (_, Task<PoolUpdateOutcome> running) = await BeginAsync(lab, stop.Token);

        await stop.CancelAsync();
        Assert.Equal(NodePoolUpdateStatus.Interrupted, (await running).Update.Status);

        // Its Lease is free: an autoscaler that continued it would begin immediately.
        int before = Drained((await lab.ReadAsync())!);
        await lab.Cluster.Time.DelayAsync(TimeSpan.FromSeconds(lab.Cluster.IsReal ? 5 : 60), default);
        NodePoolUpdate after = (await lab.ReadAsync())!;
        Assert.Equal(NodePoolUpdateStatus.Interrupted, after.Status);
        Assert.Equal(before, Drained(after));
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    public async Task An_update_that_cannot_be_read_is_continued_later(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, Nodes);
        await lab.RelabelAsync("b");
        await KillUpdaterAsync(lab);
        FaultInjectionHandler faults = null!;
        NodeManagerSession session = await lab.Cluster.ConnectAsync(inner => faults = new(inner));
        faults.Inject(
            Fault.Answer(HttpStatusCode.Forbidden, "Forbidden"),
            when: request =>
                request.Method == HttpMethod.Get && request.RequestUri!.AbsolutePath.Contains("/configmaps/", StringComparison.Ordinal)
        );

        using CancellationTokenSource stop = new();
        Task continuing = AbandonedPoolUpdates.RunAsync(session, lab.Lab.Namespace, NullObserver.Instance, stop.Token);
        NodePoolUpdate? update = await lab.WaitForUpdateAsync("the end", static one => one.EndedAt is not null);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => continuing);

        Assert.Equal(0, faults.Pending);
        Assert.True(update!.Status == NodePoolUpdateStatus.Completed, RollLab.Describe(update));
    }

    private static async Task<RollLab> StartAsync(string backend, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null)
    {
        RollLab lab = await RollLab.StartAsync(
            backend,
            Nodes,
            prepare: static lab =>
                lab.LeaderWork = (session, observer, stop) => AbandonedPoolUpdates.RunAsync(session, lab.Namespace, observer, stop),
            wrap: wrap
        );
        await lab.RelabelAsync("b");
        return lab;
    }

    // Its name, after its connection was cut in the middle of the update.
    private static async Task<string> KillUpdaterAsync(RollLab lab)
    {
        using CancellationTokenSource stop = new();
        (KillSwitch power, Task<PoolUpdateOutcome> running) = await BeginAsync(lab, stop.Token);
        NodePoolUpdate update = (await lab.ReadAsync())!;
        power.Kill();
        await stop.CancelAsync();
        await Task.WhenAny(running);
        return update.Holder;
    }

    // Two nodes are drained, and the third one waits.
    private static async Task<(KillSwitch Power, Task<PoolUpdateOutcome> Running)> BeginAsync(RollLab lab, CancellationToken stop)
    {
        KillSwitch? power = null;
        NodeManagerSession session = await lab.Cluster.ConnectAsync(inner => power = StopAtEviction(inner, WaitingEviction));
        Task<PoolUpdateOutcome> running = PoolUpdates.RunAsync(session, lab.Request(), NullObserver.Instance, stop);
        Assert.Same(power!.Stopped, await Task.WhenAny(power.Stopped, running));
        return (power, running);
    }

    private static KillSwitch StopAtEviction(HttpMessageHandler inner, int number)
    {
        int evictions = 0;
        return new(
            inner,
            request =>
                request.RequestUri!.AbsolutePath.EndsWith("/eviction", StringComparison.Ordinal)
                && Interlocked.Increment(ref evictions) == number
        );
    }

    private static int Drained(NodePoolUpdate update) =>
        update.Nodes.Count(static one =>
            one.Status is NodePoolUpdateNodeStatus.Drained or NodePoolUpdateNodeStatus.Removing or NodePoolUpdateNodeStatus.Removed
        );
}

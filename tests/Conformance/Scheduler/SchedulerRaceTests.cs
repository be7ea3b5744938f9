using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Health;
using NodeManager.SchedulerControl.Restarts;
using NodeManager.SchedulerControl.Revisions;
using NodeManager.Testing;

namespace NodeManager.Conformance.Scheduler;

/// <summary>
/// Several concurrent processes, and killed ones. <c>NODEMANAGER_RACE_ROUNDS</c> sets how many changes each of two sessions makes (5).
/// </summary>
public sealed class SchedulerRaceTests
{
    private static readonly int Rounds = ProofSize.Read("NODEMANAGER_RACE_ROUNDS", 5);

    [SkippableTheory]
    [AllBackends]
    public async Task Concurrent_changes_of_different_plugins_lose_nothing(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        ClusterScheduler scheduler = await cluster.FindAsync(await cluster.ConnectAsync());
        string[] plugins = ["TargetLoadPacking", "LoadVariationRiskBalancing"];

        await Task.WhenAll(plugins.Select(plugin => ToggleAsync(cluster, scheduler, plugin)));

        IReadOnlyList<ControllerRevision> kept = await cluster.RevisionsAsync();
        Assert.Equal(Enumerable.Range(1, (2 * Rounds) + 1).Select(number => (long)number), kept.Select(one => one.Revision));
        for (int index = 1; index < kept.Count; index++)
        {
            string action = Text(kept[index], "action"),
                before = Text(kept[index - 1], "text"),
                after = Text(kept[index], "text");
            string changed = plugins.Single(plugin => action.EndsWith(plugin, StringComparison.Ordinal));
            string other = plugins.Single(plugin => plugin != changed);
            Assert.Equal(kept[index - 1].Revision, kept[index].Data!["previous"]!.GetValue<long>());
            Assert.Equal(action.StartsWith("Enable", StringComparison.Ordinal), after.Contains(changed, StringComparison.Ordinal));
            Assert.Equal(before.Contains(other, StringComparison.Ordinal), after.Contains(other, StringComparison.Ordinal));
        }

        Assert.Equal(Text(kept[^1], "text"), await cluster.TextAsync());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_replacement_does_not_undo_a_change_made_during_its_confirmation(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        NodeManagerSession ada = await cluster.ConnectAsync();
        NodeManagerSession bob = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(ada);
        SchedulerChange change = new()
        {
            Action = "Restore revision 1",
            Edit = static _ => SchedulerManifests.Text + "parallelism: 8\n",
            IsReplacement = true,
            Confirm = async _ =>
                (await SchedulerManifests.ChangeAsync(bob, scheduler, SchedulerManifests.Enable(scheduler, "SySched"))).IsWritten,
        };

        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerManifests.ChangeAsync(ada, scheduler, change)
        );

        Assert.Equal(ErrorIds.Conflict, refused.ErrorId);
        Assert.Contains("Enable SySched", refused.Message, StringComparison.Ordinal);
        Assert.Contains("SySched", await cluster.TextAsync(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Differences_that_a_concurrent_change_has_changed_are_confirmed_again(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        NodeManagerSession ada = await cluster.ConnectAsync();
        NodeManagerSession bob = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(ada);
        const string Higher = "parallelism: 32\n";
        List<string> shown = [];
        SchedulerChange change = new()
        {
            Action = "Lower the parallelism",
            Edit = static text => text.Replace(Higher, "", StringComparison.Ordinal) + "parallelism: 8\n",
            Confirm = async differences =>
            {
                shown.Add(string.Join("; ", differences));
                return shown.Count == 1
                    && (
                        await SchedulerManifests.ChangeAsync(
                            bob,
                            scheduler,
                            new() { Action = "Raise the parallelism", Edit = static text => text + Higher }
                        )
                    ).IsWritten;
            },
        };

        SchedulerChangeResult result = await SchedulerManifests.ChangeAsync(ada, scheduler, change);

        Assert.Equal(["parallelism: added 8", "parallelism: 32 -> 8"], shown);
        Assert.False(result.IsWritten);
        Assert.EndsWith(Higher, await cluster.TextAsync(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_kill_between_backup_and_write_is_detected_by_the_next_change(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        var cut = new FaultInjectionHandler();
        NodeManagerSession dying = await cluster.ConnectAsync(inner =>
        {
            cut.InnerHandler = inner;
            return cut;
        });
        ClusterScheduler scheduler = await cluster.FindAsync(dying);
        cut.Inject(Fault.Refuse(), times: 20, when: IsWrite);
        await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerManifests.ChangeAsync(dying, scheduler, SchedulerManifests.Enable(scheduler, "TargetLoadPacking"))
        );
        Assert.Equal(SchedulerManifests.Text, await cluster.TextAsync());
        NodeManagerSession next = await cluster.ConnectAsync();
        var told = new Listener();

        SchedulerChangeResult result = await SchedulerManifests.ChangeAsync(
            next,
            scheduler,
            SchedulerManifests.Enable(scheduler, "LoadVariationRiskBalancing"),
            told
        );

        Assert.Contains(
            told.Warnings,
            warning =>
                warning.Contains("revision 2 (Enable TargetLoadPacking", StringComparison.Ordinal)
                && warning.Contains("but not written", StringComparison.Ordinal)
        );
        Assert.Equal((3L, 1L), (result.Revision, result.PreviousRevision));
        IReadOnlyList<SchedulerConfigurationBackup> kept = await SchedulerBackups.ListAsync(next, scheduler, default);
        Assert.Equal([(3L, "Current"), (2L, "NotWritten"), (1L, "Former")], kept.Select(one => (one.Revision!.Value, one.Status)));
        Assert.DoesNotContain("TargetLoadPacking", await cluster.TextAsync(), StringComparison.Ordinal);
        var quiet = new Listener();
        await SchedulerManifests.ChangeAsync(next, scheduler, SchedulerManifests.Enable(scheduler, "SySched"), quiet);
        Assert.Empty(quiet.Warnings);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_write_with_a_lost_response_is_recognized(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        var cut = new FaultInjectionHandler();
        NodeManagerSession session = await cluster.ConnectAsync(inner =>
        {
            cut.InnerHandler = inner;
            return cut;
        });
        ClusterScheduler scheduler = await cluster.FindAsync(session);
        cut.Inject(Fault.DropAnswer(), when: IsWrite);

        SchedulerChangeResult result = await SchedulerManifests.ChangeAsync(
            session,
            scheduler,
            SchedulerManifests.Enable(scheduler, "TargetLoadPacking")
        );

        Assert.Equal(0, cut.Pending);
        Assert.Equal((true, 2L), (result.IsWritten, result.Revision));
        Assert.Equal([1, 2], (await cluster.RevisionsAsync()).Select(kept => kept.Revision));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_kill_between_write_and_restart_is_detected_by_the_next_change(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodesAsync(1);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync();
        NodeManagerSession session = await cluster.ConnectAsync();
        ClusterScheduler scheduler = await cluster.FindAsync(session);
        SchedulerRestartResult started = await SchedulerRestarter.RestartAsync(
            session,
            scheduler,
            new() { Timeout = Eventually.Limit },
            NullObserver.Instance,
            default
        );
        Assert.True(started.Status == SchedulerRestartStatus.Restarted, started.Message);
        await SchedulerManifests.ChangeAsync(session, scheduler, SchedulerManifests.Enable(scheduler, "TargetLoadPacking"));
        var reader = new Listener();
        var writer = new Listener();

        SchedulerConfiguration seen = await SchedulerConfigurationReader.ReadAsync(session, scheduler, reader, default);
        await SchedulerManifests.ChangeAsync(session, scheduler, SchedulerManifests.Enable(scheduler, "SySched"), writer);

        Assert.Equal((true, 2L, 1L), (seen.IsStale, seen.Revision, seen.RunningRevision));
        Assert.All(
            [reader, writer],
            told => Assert.Contains(told.Warnings, warning => warning.Contains("were started with revision 1", StringComparison.Ordinal))
        );
        SchedulerHealthFinding finding = Assert.Single(
            await SchedulerHealth.CheckAsync(session, scheduler, default),
            one => one.Check == "Revision"
        );
        Assert.True(finding.Status == SchedulerHealthStatus.Warning, finding.Message);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_write_in_progress_is_awaited_from_a_machine_whose_clock_is_ahead(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddConfigMapAsync();
        await cluster.AddSchedulerAsync(replicas: 0);
        TaskCompletionSource writing = new(TaskCreationOptions.RunContinuationsAsynchronously),
            waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FaultInjectionHandler slow = new FaultInjectionHandler().Inject(
            Fault.After(async () =>
            {
                writing.TrySetResult();
                await waiting.Task;
            }),
            when: IsWrite
        );
        FaultInjectionHandler seen = new FaultInjectionHandler().Inject(
            Fault.After(() =>
            {
                waiting.TrySetResult();
                return Task.CompletedTask;
            }),
            when: FaultInjectionHandler.IsWatch
        );
        NodeManagerSession first = await cluster.ConnectAsync(inner => Over(slow, inner));
        NodeManagerSession ahead = await cluster.ConnectAsync(
            inner => Over(seen, new DatedHandler(inner)),
            new JumpingClock(cluster.Time) { Offset = TimeSpan.FromMinutes(1) }
        );
        ClusterScheduler scheduler = await cluster.FindAsync(first);
        Task<SchedulerChangeResult> held = SchedulerManifests.ChangeAsync(
            first,
            scheduler,
            SchedulerManifests.Enable(scheduler, "TargetLoadPacking")
        );
        await writing.Task.WaitAsync(Eventually.Limit);
        var told = new Listener();

        Task<SchedulerChangeResult> next = SchedulerManifests.ChangeAsync(
            ahead,
            scheduler,
            SchedulerManifests.Enable(scheduler, "SySched"),
            told
        );
        await Task.WhenAny(next, waiting.Task);
        waiting.TrySetResult();

        Assert.True((await held).IsWritten);
        Assert.True((await next).IsWritten);
        Assert.Empty(told.Warnings);
    }

    private static HttpMessageHandler Over(FaultInjectionHandler handler, HttpMessageHandler inner)
    {
        handler.InnerHandler = inner;
        return handler;
    }

    private static bool IsWrite(HttpRequestMessage request) =>
        request.Method == HttpMethod.Patch
        && request.RequestUri!.AbsolutePath.Contains("/configmaps/", StringComparison.Ordinal)
        && !request.RequestUri.Query.Contains("dryRun", StringComparison.Ordinal);

    private static async Task ToggleAsync(TestCluster cluster, ClusterScheduler scheduler, string plugin)
    {
        NodeManagerSession session = await cluster.ConnectAsync();
        for (int round = 0; round < Rounds; round++)
        {
            SchedulerChange change =
                round % 2 == 0 ? SchedulerManifests.Enable(scheduler, plugin) : SchedulerManifests.Disable(scheduler, plugin);
            SchedulerChangeResult result = await SchedulerManifests.ChangeAsync(session, scheduler, change with { RevisionLimit = 1000 });
            Assert.True(result.IsWritten);
        }
    }

    private static string Text(ControllerRevision kept, string member) => kept.Data![member]!.GetValue<string>();
}

using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Drain.Running;

/// <summary>How a drain waits for budgets.</summary>
public sealed class BudgetRunTests : IDisposable
{
    private readonly DrainServer _server = new();
    private readonly DrainBench _bench = new();

    public BudgetRunTests()
    {
        _server.Nodes.Put(Sample.Node("n1"));
        _server.Pods.Put(Sample.Pod("p1"));
        _server.Budgets.Put(Sample.Budget("web", "web", 0));
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_pod_is_evicted_as_soon_as_its_PDB_allows()
    {
        _server.OnRemove = (_, _) => Allows("web") > 0 ? null : Answers.BudgetRefuses("web");
        Task refused = _bench.LineAsync("refused");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server);
        await refused;
        _server.Budgets.Put(Sample.Budget("web", "web", 1));

        NodeDrainResult result = await drain;

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Equal((DrainPodOutcome.Evicted, 2), (result.Pods[0].Outcome, result.Pods[0].Attempts));
        Assert.Equal("default/web", Assert.Single(result.Pods[0].Budgets));
        // Not the ten seconds after which it would have asked anyway.
        Assert.True(result.Duration < TimeSpan.FromSeconds(8), $"{result.Duration}");
        Assert.Equal(
            [(DrainStep.Request, ""), (DrainStep.Budget, "default/web"), (DrainStep.Terminate, "")],
            result.Timeline.Where(s => s.Pod == "default/p1").Select(s => (s.Step, s.Detail))
        );
    }

    [Fact]
    public async Task A_drain_that_ends_during_a_retry_still_names_the_PDB()
    {
        _server.OnRemove = (_, _) => Answers.BudgetRefuses("web");
        _server.Hang = path =>
            path.EndsWith("/eviction", StringComparison.Ordinal) && _server.Attempts("p1") > 0 ? Task.Delay(Timeout.Infinite) : null;
        using CancellationTokenSource interrupt = new();
        ManualTimeProvider time = new();
        Task refused = _bench.LineAsync("refused");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, time: time, cancellationToken: interrupt.Token);
        await refused;
        _server.Budgets.Put(Sample.Budget("web", "web", 1));
        await _server.Hanging;
        await interrupt.CancelAsync();
        // The second that a sent eviction has would leave too little of the end's, which is of the wall clock, on a busy machine.
        time.Advance(TimeSpan.FromSeconds(1));

        NodeDrainResult result = await drain;

        Assert.Equal((NodeDrainStatus.Cancelled, DrainPodOutcome.Blocked), (result.Status, result.Pods[0].Outcome));
        Assert.Equal(("Budget", "default/web"), (Assert.Single(result.Blockers).Kind, result.Blockers[0].Name));
        Assert.Contains("disruption budget web", result.Pods[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_Once_a_drain_skips_refused_pods_and_ends()
    {
        _server.Pods.Put(Sample.Pod("p2", app: "other"));
        _server.OnRemove = (name, _) => name == "p1" ? Answers.BudgetRefuses("web") : null;

        NodeDrainResult result = await _bench.DrainAsync(_server, new() { Once = true });

        Assert.Equal((NodeDrainStatus.Blocked, true, 1), (result.Status, result.Cordoned, _server.Attempts("p1")));
        Assert.Equal([DrainPodOutcome.Blocked, DrainPodOutcome.Evicted], result.Pods.Select(p => p.Outcome));
        Assert.Equal(("Budget", "default/web"), (Assert.Single(result.Blockers).Kind, result.Blockers[0].Name));
        Assert.StartsWith("Tried once: 1 pod removed, 1 left.", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_Once_a_drain_without_refusals_completes() =>
        Assert.Equal(NodeDrainStatus.Drained, (await _bench.DrainAsync(_server, new() { Once = true })).Status);

    [Fact]
    public async Task An_outdated_PDB_status_is_waited_for()
    {
        _server.OnRemove = (_, _) => Observed("web") ? null : Answers.StaleBudget("web");
        _server.Budgets.Put(Sample.Budget("web", "web", 3, generation: 2, observed: 1));
        Task refused = _bench.LineAsync("refused");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server);
        await refused;
        _server.Budgets.Put(Sample.Budget("web", "web", 2, generation: 2, observed: 1));
        _server.Budgets.Put(Sample.Budget("web", "web", 1, generation: 2));

        NodeDrainResult result = await drain;

        Assert.Equal((NodeDrainStatus.Drained, 2), (result.Status, result.Pods[0].Attempts));
        bool Observed(string name) => _server.Budgets[name]!["status"]!["observedGeneration"]!.GetValue<int>() == 2;
    }

    [Fact]
    public async Task A_slow_eviction_is_repeated_and_awaited_before_the_drain_ends()
    {
        _server.Budgets.Put(Sample.Budget("web", "web", 1));
        TaskCompletionSource awake = new();
        int evictions = 0;
        _server.Hang = path =>
            path.EndsWith("/eviction", StringComparison.Ordinal) && Interlocked.Increment(ref evictions) == 1 ? awake.Task : null;
        Task evicted = _bench.LineAsync("Evicted.");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server);
        await evicted;
        Assert.False(drain.IsCompleted);
        awake.SetResult();

        NodeDrainResult result = await drain;

        Assert.Equal(
            (NodeDrainStatus.Drained, DrainPodOutcome.Evicted, 1),
            (result.Status, result.Pods[0].Outcome, result.Pods[0].Attempts)
        );
        Assert.InRange(evictions, 2, 3);
    }

    [Fact]
    public async Task A_deleted_PDB_blocks_no_pod()
    {
        _server.OnRemove = (_, _) => _server.Budgets["web"] is null ? null : Answers.BudgetRefuses("web");
        Task refused = _bench.LineAsync("refused");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server);
        await refused;
        _server.Budgets.Remove("web");

        Assert.Equal(NodeDrainStatus.Drained, (await drain).Status);
    }

    [Fact]
    public async Task A_pod_with_two_PDBs_waits_until_one_remains()
    {
        _server.Budgets.Put(Sample.Budget("other", "web", 5));
        _server.OnRemove = (_, _) => _server.Budgets.All.Count > 1 ? Answers.SeveralBudgets() : null;
        Task refused = _bench.LineAsync("2 PDBs select the pod");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server);
        await refused;
        _server.Budgets.Remove("web");

        NodeDrainResult result = await drain;

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Equal(["default/other", "default/web"], result.Pods[0].Budgets);
    }

    [Fact]
    public async Task The_eviction_of_a_pod_that_becomes_unready_is_retried()
    {
        _server.OnRemove = (name, _) => Ready(name) ? Answers.BudgetRefuses("web") : null;
        Task refused = _bench.LineAsync("refused");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server);
        await refused;
        _server.Pods.Change("p1", p => p["status"]!["conditions"]![0]!["status"] = "False");

        Assert.Equal(NodeDrainStatus.Drained, (await drain).Status);
        bool Ready(string name) => _server.Pods[name]!["status"]!["conditions"]![0]!["status"]!.GetValue<string>() == "True";
    }

    [Fact]
    public async Task Twenty_pods_are_evicted_one_by_one_with_maxUnavailable_1()
    {
        for (int i = 2; i <= 20; i++)
            _server.Pods.Put(Sample.Pod($"p{i}"));
        _server.Budgets.Put(Sample.Budget("web", "web", 1));
        Lock gate = new();
        int missing = 0,
            mostMissing = 0;
        _server.OnRemove = (name, _) =>
        {
            lock (gate)
            {
                if (Allows("web") == 0)
                    return Answers.BudgetRefuses("web");
                // As the API server writes it: without the name, a status that is seen before the answer would be counted as from before.
                JsonObject taken = Sample.Budget("web", "web", 0);
                taken["status"]!["disruptedPods"] = new JsonObject { [name] = "2026-01-01T00:00:00Z" };
                _server.Budgets.Put(taken);
                mostMissing = Math.Max(mostMissing, ++missing);
                return null;
            }
        };
        _server.OnAccepted = name =>
            Task.Run(() =>
            {
                lock (gate)
                {
                    missing--;
                    _server.Pods.Remove(name);
                    _server.Budgets.Put(Sample.Budget("web", "web", 1));
                }
            });

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal((NodeDrainStatus.Drained, 20), (result.Status, result.Evicted));
        Assert.Equal(1, mostMissing);
        // One refusal each at the start and hardly any after: only as many are woken as the budget allows.
        Assert.InRange(result.Pods.Sum(p => p.Attempts), 20, 70);
        Assert.InRange(
            _server.Requests.Count(r =>
                r.StartsWith("WATCH", StringComparison.Ordinal) && r.Contains("poddisruptionbudgets", StringComparison.Ordinal)
            ),
            0,
            1
        );
    }

    [Fact]
    public async Task A_PDB_that_blocks_until_the_end_is_reported_with_its_pods_and_the_remedy()
    {
        _server.OnRemove = (_, _) => Answers.BudgetRefuses("web");
        JsonObject crashing = Planning.UnhealthyPods.Make("crashing", 3);
        crashing["spec"]!["nodeName"] = "n2";
        _server.Pods.Put(crashing);
        _server.Pods.Put(Sample.Pod("p2", "n2"));

        NodeDrainResult result = await DrainUntilLateAsync();

        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal(
            ("Budget", "default/web", BudgetOutlook.Never, "app=web"),
            (blocker.Kind, blocker.Name, blocker.Outlook, blocker.Selector)
        );
        Assert.Equal("p3", Assert.Single(blocker.UnhealthyPods).Name);
        Assert.Contains(
            "minAvailable 2, 2/3 healthy, 0 disruptions allowed, 1 not ready: p3 (CrashLoopBackOff",
            blocker.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("Fix p3", blocker.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_message_for_a_pod_with_two_PDBs_names_both_with_desired_and_healthy_counts()
    {
        _server.Budgets.Put(Sample.Budget("other", "web", 5));
        _server.OnRemove = (_, _) => Answers.SeveralBudgets();

        NodeDrainResult result = await DrainUntilLateAsync();

        Assert.Equal(["default/other", "default/web"], result.Blockers.Select(b => b.Name));
        Assert.All(result.Blockers, b => Assert.Equal(BudgetOutlook.Never, b.Outlook));
        Assert.All(result.Blockers, b => Assert.Contains("default/other, default/web", b.Message, StringComparison.Ordinal));
        Assert.All(result.Blockers, b => Assert.StartsWith("minAvailable", b.Message, StringComparison.Ordinal));
        Assert.All(result.Blockers, b => Assert.StartsWith("Keep one PDB", b.Remedy, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_PDB_deleted_before_its_watch_starts_blocks_no_pod(bool isOneOfSeveral)
    {
        if (isOneOfSeveral)
            _server.Budgets.Put(Sample.Budget("other", "web", 5));
        _server.OnRemove = (_, _) =>
        {
            if (_server.Budgets["web"] is null)
                return null;
            _server.Budgets.Remove("web");
            return isOneOfSeveral ? Answers.SeveralBudgets() : Answers.BudgetRefuses("web");
        };

        // The time stands still: nothing is asked again for its having gone by.
        NodeDrainResult result = await _bench.DrainAsync(_server, time: new ManualTimeProvider());

        Assert.Equal((NodeDrainStatus.Drained, 2), (result.Status, result.Pods[0].Attempts));
    }

    [Fact]
    public async Task PDBs_are_watched_only_after_a_refusal()
    {
        await _bench.DrainAsync(_server);

        Assert.DoesNotContain(
            _server.Requests,
            r => r.StartsWith("WATCH", StringComparison.Ordinal) && r.Contains("poddisruptionbudgets", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Pods_without_a_PDB_do_not_wait_for_pods_with_one()
    {
        _server.Pods.Put(Sample.Pod("free", app: "free"));
        _server.OnRemove = (name, _) => name == "p1" && _server.Pods["free"] is not null ? Answers.BudgetRefuses("web") : null;
        _server.OnAccepted = name =>
        {
            _server.Pods.Remove(name);
            _server.Budgets.Put(Sample.Budget("web", "web", 1));
        };

        NodeDrainResult result = await _bench.DrainAsync(_server, new() { ThrottleLimit = 1 });

        Assert.Equal((NodeDrainStatus.Drained, 2), (result.Status, result.Evicted));
    }

    // Its time ends once the budgets have refused, however long that takes.
    private async Task<NodeDrainResult> DrainUntilLateAsync()
    {
        ManualTimeProvider time = new();
        Task refused = _bench.LineAsync("refused");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { Timeout = TimeSpan.FromSeconds(5) }, time);
        await refused;
        time.Advance(TimeSpan.FromSeconds(6));
        return await drain;
    }

    private int Allows(string budget) => ((JsonNode)_server.Budgets[budget]!)["status"]!["disruptionsAllowed"]!.GetValue<int>();
}

using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains;
using NodeManager.Testing;
using Sample = NodeManager.Core.Tests.Drain.Support.Sample;

namespace NodeManager.Core.Tests.Drain.Running;

/// <summary>How a drain ends that does not get through.</summary>
public sealed class EndingTests : IDisposable
{
    private readonly DrainServer _server = new();
    private readonly DrainBench _bench = new();
    private readonly ManualTimeProvider _time = new();

    public EndingTests()
    {
        _server.Nodes.Put(Sample.Node("n1"));
        _server.Pods.Put(Sample.Pod("p1"));
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_permanently_blocking_PDB_is_named_with_its_pods_at_the_timeout()
    {
        _server.Pods.Put(Sample.Pod("p2"));
        _server.Pods.Put(Sample.Pod("free", app: "free"));
        _server.Budgets.Put(Sample.Budget("web", "web", 0));
        _server.OnRemove = (name, _) => name == "free" ? null : Answers.BudgetRefuses("web");
        RefuseTogether();
        Task first = _bench.LineAsync("default/p1: refused"),
            second = _bench.LineAsync("default/p2: refused"),
            gone = _bench.LineAsync("free: Evicted");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { Timeout = TimeSpan.FromSeconds(5) }, _time);
        await Task.WhenAll(first, second, gone);
        _time.Advance(TimeSpan.FromSeconds(6));

        NodeDrainResult result = await drain;

        Assert.Equal((NodeDrainStatus.TimedOut, 1, 2, true), (result.Status, result.Evicted, result.Remaining, result.Cordoned));
        Assert.Equal(TimeSpan.FromSeconds(6), result.Duration);
        NodeDrainBlocker budget = Assert.Single(result.Blockers);
        Assert.Equal(("Budget", "default/web", "default/p1, default/p2"), (budget.Kind, budget.Name, budget.Pods.ToString()));
        Assert.Contains("stays cordoned", result.Message, StringComparison.Ordinal);
        Assert.Contains(_server.Events.All, e => e["reason"]!.GetValue<string>() == "NodeDrainFailed");
    }

    [Fact]
    public async Task A_stuck_pod_is_reported_with_its_age_and_finalizers()
    {
        _server.OnAccepted = name =>
            _server.Pods.Change(
                name,
                p =>
                {
                    p["metadata"]!["deletionTimestamp"] = (_time.GetUtcNow() + TimeSpan.FromSeconds(30)).ToString("yyyy-MM-ddTHH:mm:ssZ");
                    p["metadata"]!["deletionGracePeriodSeconds"] = 30;
                    p["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
                }
            );
        Task accepted = _bench.LineAsync("accepted");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { Timeout = TimeSpan.FromMinutes(5) }, _time);
        await accepted;
        await Eventually(() => _bench.Reports.Any(r => r.Status.Length > 0) && _server.Attempts("p1") == 1);
        while (!drain.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(10);
        }

        NodeDrainResult result = await drain;

        Assert.Equal((NodeDrainStatus.TimedOut, DrainPodOutcome.Terminating), (result.Status, result.Pods[0].Outcome));
        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal(("Termination", "default/p1"), (blocker.Kind, blocker.Name));
        Assert.Matches(@"terminating for \d{3} s, grace period 30 s, held by finalizers example.com/hold", blocker.Message);
    }

    [Fact]
    public async Task An_overdue_pod_is_skipped_on_request()
    {
        _server.OnAccepted = name =>
            _server.Pods.Change(name, p => p["metadata"]!["deletionTimestamp"] = _time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ"));
        Task accepted = _bench.LineAsync("accepted");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { SkipWaitForDeleteTimeout = TimeSpan.FromSeconds(20) }, _time);
        await accepted;
        while (!drain.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(10);
        }

        NodeDrainResult result = await drain;

        Assert.Equal((NodeDrainStatus.Drained, DrainPodOutcome.Skipped), (result.Status, result.Pods[0].Outcome));
    }

    [Fact]
    public async Task An_interrupted_drain_stops_evictions_keeps_the_cordon_and_returns_all_results()
    {
        _server.Nodes.Put(Sample.Node("n2"));
        _server.Pods.Put(Sample.Pod("p2", "n2"));
        _server.Budgets.Put(Sample.Budget("web", "web", 0));
        _server.OnRemove = (_, _) => Answers.BudgetRefuses("web");
        RefuseTogether();
        using CancellationTokenSource stop = new();
        Task refused = Task.WhenAll(_bench.LineAsync("default/p1: refused"), _bench.LineAsync("default/p2: refused"));
        using NodeManagerSession session = await _server.ConnectAsync(_time);
        Task<IReadOnlyList<NodeDrainResult>> drain = _bench.DrainAllAsync(session, ["n1", "n2"], new(), stop.Token);
        await refused;
        await stop.CancelAsync();

        IReadOnlyList<NodeDrainResult> results = await drain;

        Assert.Equal(["n1", "n2"], results.Select(r => r.Node).Order());
        Assert.All(
            results,
            r =>
            {
                Assert.Equal((NodeDrainStatus.Cancelled, true, 1), (r.Status, r.Cordoned, r.Remaining));
                Assert.Equal(DrainPodOutcome.Blocked, r.Pods[0].Outcome);
            }
        );
        int asked = _server.Attempts("p1");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(asked, _server.Attempts("p1"));
        Assert.True(_server.Nodes["n1"]!["spec"]!["unschedulable"]!.GetValue<bool>());
        Assert.Equal(2, _server.Events.All.Count(e => e["reason"]!.GetValue<string>() == "NodeDrainCancelled"));
    }

    [Fact]
    public async Task An_interrupted_drain_waits_a_second_for_an_open_request()
    {
        TaskCompletionSource never = new();
        _server.Hang = path => path.EndsWith("/eviction", StringComparison.Ordinal) ? never.Task : null;
        using CancellationTokenSource stop = new();
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, null, _time, stop.Token);
        await _server.Hanging;
        await stop.CancelAsync();
        bool isOver = drain.IsCompleted;
        _time.Advance(TimeSpan.FromSeconds(1));

        NodeDrainResult result = await drain;

        Assert.False(isOver);
        Assert.Equal((NodeDrainStatus.Cancelled, DrainPodOutcome.Failed), (result.Status, result.Pods[0].Outcome));
        Assert.Contains("before the server answered", result.Pods[0].Reason, StringComparison.Ordinal);
    }

    // A server that is cut off has counted the pod against its budget, and does not delete it.
    [Fact]
    public async Task An_interrupted_drain_does_not_cancel_an_open_request()
    {
        TaskCompletionSource answer = new();
        _server.Hang = path => path.EndsWith("/eviction", StringComparison.Ordinal) ? answer.Task : null;
        using CancellationTokenSource stop = new();
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, null, _time, stop.Token);
        await _server.Hanging;
        await stop.CancelAsync();
        answer.SetResult();

        NodeDrainResult result = await drain;

        Assert.Equal((NodeDrainStatus.Cancelled, 1), (result.Status, _server.Attempts("p1")));
        Assert.DoesNotContain("before the server answered", result.Pods[0].Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Pods.All, p => p["metadata"]!["name"]!.GetValue<string>() == "p1");
    }

    [Fact]
    public async Task A_drain_interrupted_before_it_starts_changes_nothing()
    {
        using CancellationTokenSource stop = new();
        _server.Intercept = request =>
        {
            if (request.RequestUri!.AbsolutePath == "/api/v1/pods")
                stop.Cancel();
            return null;
        };

        NodeDrainResult result = await _bench.DrainAsync(_server, null, _time, stop.Token);

        Assert.Equal((NodeDrainStatus.Cancelled, false), (result.Status, result.Cordoned));
        Assert.DoesNotContain(_server.Requests, r => r.StartsWith("PATCH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_closed_session_ends_the_drain_with_results_and_an_error()
    {
        _server.OnRemove = (_, _) => Answers.BudgetRefuses("web");
        NodeManagerSession session = await _server.ConnectAsync(_time);
        Task refused = _bench.LineAsync("refused");
        List<NodeDrainResult> results = [];
        Task drain = CollectAsync();
        await refused;
        session.Dispose();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => drain);
        Assert.Equal(ErrorIds.SessionClosed, error.ErrorId);
        Assert.Equal(NodeDrainStatus.Cancelled, Assert.Single(results).Status);

        async Task CollectAsync()
        {
            await foreach (NodeDrainResult result in NodeDrainer.DrainAsync(session, ["n1"], new(), _bench, default))
                results.Add(result);
        }
    }

    [Fact]
    public async Task A_reader_that_stops_ends_the_drain()
    {
        _server.Nodes.Put(Sample.Node("n2"));
        _server.Pods.Put(Sample.Pod("p2", "n2"));
        _server.OnRemove = (name, _) => name == "p1" ? null : Answers.Later(1);
        using NodeManagerSession session = await _server.ConnectAsync(_time);

        await foreach (NodeDrainResult result in NodeDrainer.DrainAsync(session, ["n1", "n2"], new(), _bench, default))
        {
            Assert.Equal("n1", result.Node);
            break;
        }

        int asked = _server.Attempts("p2");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(asked, _server.Attempts("p2"));
    }

    [Fact]
    public async Task A_node_deleted_during_the_drain_ends_it_and_reports_the_remaining_pods()
    {
        _server.OnRemove = (_, _) => Answers.BudgetRefuses("web");
        Task refused = _bench.LineAsync("refused");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, null, _time);
        await refused;
        _server.Nodes.Remove("n1");

        NodeDrainResult result = await drain;

        Assert.Equal((NodeDrainStatus.Failed, false, 1), (result.Status, result.Cordoned, result.Remaining));
        Assert.Contains("The node was deleted", result.Message, StringComparison.Ordinal);
        Assert.Equal("Node", Assert.Single(result.Blockers).Kind);
    }

    [Fact]
    public async Task An_unreachable_server_is_an_error_without_a_result()
    {
        _server.Intercept = request =>
            request.RequestUri!.AbsolutePath.StartsWith("/api/v1/nodes", StringComparison.Ordinal) ? Answers.Forbidden() : null;

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => _bench.DrainAsync(_server));

        Assert.Equal(ErrorIds.Forbidden, error.ErrorId);
    }

    [Fact]
    public async Task A_second_drain_continues_after_an_interruption()
    {
        _server.Pods.Put(Sample.Pod("p2"));
        _server.OnRemove = (name, _) => name == "p2" ? Answers.BudgetRefuses("web") : null;
        using CancellationTokenSource stop = new();
        Task seen = Task.WhenAll(_bench.LineAsync("default/p1: Evicted"), _bench.LineAsync("default/p2: refused"));
        Task<NodeDrainResult> first = _bench.DrainAsync(_server, null, _time, stop.Token);
        await seen;
        await stop.CancelAsync();
        await first;
        _server.OnRemove = (_, _) => null;

        NodeDrainResult second = await new DrainBench().DrainAsync(_server, null, _time);

        Assert.Equal((NodeDrainStatus.Drained, 1), (second.Status, second.Evicted));
        // The cordon with the lock and the removal of that; then the lock alone, and its removal.
        Assert.Equal(4, _server.Requests.Count(r => r.StartsWith("PATCH", StringComparison.Ordinal)));
    }

    // Both are asked for before either is answered: whoever comes when the budget has refused one only waits.
    private void RefuseTogether()
    {
        TaskCompletionSource both = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;
        _server.Hang = path =>
        {
            if (!path.EndsWith("/p1/eviction", StringComparison.Ordinal) && !path.EndsWith("/p2/eviction", StringComparison.Ordinal))
                return null;
            if (Interlocked.Increment(ref asked) == 2)
                both.SetResult();
            return both.Task;
        };
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 30_000 && !condition(); i++)
            await Task.Delay(10);
        Assert.True(condition());
    }
}

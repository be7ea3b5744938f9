using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Testing;
using Sample = NodeManager.Core.Tests.Drain.Support.Sample;

namespace NodeManager.Core.Tests.Drain;

/// <summary>The drain as a whole: what comes before and after the evictions, and how it ends.</summary>
public sealed class NodeDrainerTests : IDisposable
{
    private readonly DrainServer _server = new();
    private readonly DrainBench _bench = new();

    public NodeDrainerTests()
    {
        _server.Nodes.Put(Sample.Node("n1"));
        _server.Pods.Put(Sample.Pod("p1"));
    }

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(8, 8)]
    [InlineData(9, 1)]
    public async Task More_than_eight_nodes_share_one_watch_of_pods_and_one_of_nodes(int nodes, int watches)
    {
        for (int i = 2; i <= nodes; i++)
        {
            _server.Nodes.Put(Sample.Node($"n{i}"));
            _server.Pods.Put(Sample.Pod($"p{i}", $"n{i}"));
        }

        using NodeManagerSession session = await _server.ConnectAsync();
        IReadOnlyList<NodeDrainResult> results = await _bench.DrainAllAsync(
            session,
            [.. Enumerable.Range(1, nodes).Select(i => $"n{i}")],
            new()
        );

        Assert.All(results, r => Assert.Equal(NodeDrainStatus.Drained, r.Status));
        Assert.Equal(watches, _server.Requests.Count(r => r == "WATCH /api/v1/pods"));
        Assert.Equal(watches, _server.Requests.Count(r => r == "WATCH /api/v1/nodes"));
    }

    [Fact]
    public async Task A_shared_watch_can_lag_behind_the_plan()
    {
        using NodeManagerSession session = await _server.ConnectAsync();
        await _bench.DrainAllAsync(session, ["n1"], new());
        _server.Intercept = r => FaultInjectionHandler.IsWatch(r) && _server.Attempts("p2") == 0 ? Answers.Unavailable() : null;
        _server.CutWatches();
        _server.Pods.Put(Sample.Pod("p2"));

        NodeDrainResult result = Assert.Single(await _bench.DrainAllAsync(session, ["n1"], new()));

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Equal(DrainPodOutcome.Evicted, Assert.Single(result.Pods).Outcome);
        Assert.Equal(1, _server.Attempts("p2"));
    }

    [Fact]
    public async Task A_pod_is_not_terminating_after_an_eviction_without_an_answer()
    {
        bool isDead = false;
        _server.Intercept = r =>
        {
            isDead |= r.RequestUri!.AbsolutePath.EndsWith("/eviction", StringComparison.Ordinal);
            return isDead ? throw new HttpRequestException("Connection refused") : null;
        };

        NodeDrainResult result = await _bench.DrainAsync(_server, new() { Timeout = TimeSpan.FromSeconds(2) });

        Assert.Equal("Server", Assert.Single(result.Blockers).Kind);
        Assert.Contains(_bench.Warnings, w => w.Contains("does not answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_first_failure_stops_the_drain_and_uncordons_nodes_that_were_not_started()
    {
        JsonObject bare = Sample.Pod("bare", "n2");
        bare["metadata"]!["ownerReferences"] = new JsonArray();
        _server.Nodes.Put(Sample.Node("n2"));
        _server.Pods.Put(bare);
        JsonObject cordoned = Sample.Node("n3");
        cordoned["spec"]!["unschedulable"] = true;
        _server.Nodes.Put(cordoned);
        _server.Pods.Put(Sample.Pod("p3", "n3"));
        using NodeManagerSession session = await _server.ConnectAsync();

        IReadOnlyList<NodeDrainResult> results = await _bench.DrainAllAsync(session, ["n1", "n2", "n3"], new() { StopAtFailure = true });

        Assert.Equal(
            [("n1", NodeDrainStatus.Cancelled, false), ("n2", NodeDrainStatus.Blocked, false), ("n3", NodeDrainStatus.Cancelled, true)],
            results.OrderBy(r => r.Node, StringComparer.Ordinal).Select(r => (r.Node, r.Status, r.Cordoned))
        );
        Assert.Contains("uncordoned again", results.Single(r => r.Node == "n1").Message, StringComparison.Ordinal);
        Assert.Null(_server.Nodes["n1"]!["spec"]!["unschedulable"]);
        Assert.Null(_server.Nodes["n1"]!["metadata"]!["annotations"]?[DrainAnnotation.Key]);
        Assert.True(_server.Nodes["n3"]!["spec"]!["unschedulable"]!.GetValue<bool>());
        Assert.Equal((0, 0), (_server.Attempts("p1"), _server.Attempts("p3")));
    }

    [Fact]
    public async Task A_node_is_uncordoned_after_the_failure_of_another_although_the_server_is_slow()
    {
        // More than an interrupted drain waits for.
        Lazy<Task> slow = new(static () => Task.Delay(TimeSpan.FromSeconds(2.5)));

        NodeDrainResult other = await DrainBesideFailureAsync(slow, null);

        Assert.Equal((NodeDrainStatus.Cancelled, false), (other.Status, other.Cordoned));
        Assert.Null(_server.Nodes["n1"]!["spec"]!["unschedulable"]);
        Assert.True(slow.IsValueCreated);
    }

    [Fact]
    public async Task The_timeout_limits_how_long_a_silent_server_is_waited_for_after_the_failure_of_another_node()
    {
        Lazy<Task> never = new(static () => new TaskCompletionSource().Task);

        // Half a minute without the timeout.
        NodeDrainResult other = await DrainBesideFailureAsync(never, TimeSpan.FromSeconds(3)).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((NodeDrainStatus.Cancelled, true), (other.Status, other.Cordoned));
        Assert.Contains("its current state could not be read", other.Message, StringComparison.Ordinal);
        Assert.True(never.IsValueCreated);
    }

    // The result of n1, whose requests take that long once it is cordoned; the drain of n2 fails.
    private async Task<NodeDrainResult> DrainBesideFailureAsync(Lazy<Task> answer, TimeSpan? timeout)
    {
        JsonObject bare = Sample.Pod("bare", "n2");
        bare["metadata"]!["ownerReferences"] = new JsonArray();
        _server.Nodes.Put(Sample.Node("n2"));
        _server.Pods.Put(bare);
        _server.Hang = path =>
            path.EndsWith("/nodes/n1", StringComparison.Ordinal) && _server.Nodes["n1"]!["spec"]!["unschedulable"] is not null
                ? answer.Value
                : null;
        using NodeManagerSession session = await _server.ConnectAsync();
        IReadOnlyList<NodeDrainResult> results = await _bench.DrainAllAsync(
            session,
            ["n1", "n2"],
            new() { StopAtFailure = true, Timeout = timeout }
        );
        return results.Single(r => r.Node == "n1");
    }

    [Fact]
    public async Task A_wait_that_cannot_succeed_is_warned_about_once()
    {
        _server.Pods.Put(Sample.Pod("p2"));
        _server.Nodes.Put(Sample.Node("n2"));
        _server.Pods.Put(Sample.Pod("p3", "n2"));
        JsonObject budget = Sample.Budget("web", "web", 0);
        budget["status"]!["desiredHealthy"] = 3;
        budget["status"]!["currentHealthy"] = 3;
        _server.Budgets.Put(budget);
        _server.OnRemove = (_, _) => Answers.BudgetRefuses("web");
        ManualTimeProvider time = new();
        using NodeManagerSession session = await _server.ConnectAsync(time);
        Task refused = _bench.LineAsync("refused");
        Task<IReadOnlyList<NodeDrainResult>> drain = _bench.DrainAllAsync(
            session,
            ["n1", "n2"],
            new() { Timeout = TimeSpan.FromMinutes(5) }
        );
        await refused;
        while (!drain.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(drain, Task.Delay(5));
        }

        string warning = Assert.Single(_bench.Warnings, w => w.Contains("default/web", StringComparison.Ordinal));
        Assert.Contains("; blocked: ", warning, StringComparison.Ordinal);
        Assert.Contains("Scale its workload", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_to_read_the_cluster_is_part_of_the_timeout()
    {
        TaskCompletionSource never = new();
        _server.Hang = path => path.EndsWith("/nodes/n1", StringComparison.Ordinal) ? never.Task : null;

        NodeDrainResult result = await _bench.DrainAsync(_server, new() { Timeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal((NodeDrainStatus.TimedOut, false), (result.Status, result.Cordoned));
        Assert.Contains("nothing was changed", result.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Requests, r => r.StartsWith("PATCH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_node_is_not_changed_and_the_result_reports_it()
    {
        JsonObject bare = Sample.Pod("bare");
        bare["metadata"]!["ownerReferences"] = new JsonArray();
        _server.Pods.Put(bare);

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal((NodeDrainStatus.Blocked, false), (result.Status, result.Cordoned));
        Assert.Equal([DrainPodOutcome.Refused, DrainPodOutcome.NotAttempted], result.Pods.Select(p => p.Outcome));
        Assert.Equal(("Pod", "default/bare"), (result.Blockers[0].Kind, result.Blockers[0].Name));
        Assert.StartsWith("Nothing was changed", result.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(
            _server.Requests,
            r => r.StartsWith("PATCH", StringComparison.Ordinal) || r.EndsWith("/events", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_refused_node_does_not_block_the_drain_of_other_nodes()
    {
        JsonObject bare = Sample.Pod("bare", "n2");
        bare["metadata"]!["ownerReferences"] = new JsonArray();
        _server.Nodes.Put(Sample.Node("n2"));
        _server.Pods.Put(bare);
        using NodeManagerSession session = await _server.ConnectAsync();

        IReadOnlyList<NodeDrainResult> results = await _bench.DrainAllAsync(session, ["n1", "n2"], new());

        Assert.Equal(NodeDrainStatus.Drained, results.Single(r => r.Node == "n1").Status);
        Assert.Equal(NodeDrainStatus.Blocked, results.Single(r => r.Node == "n2").Status);
        Assert.Null(_server.Nodes["n2"]!["spec"]!["unschedulable"]);
    }

    [Theory]
    [InlineData("patch nodes", false)]
    [InlineData("list pods", false)]
    [InlineData("watch pods", false)]
    [InlineData("create pods/eviction", false)]
    [InlineData("delete pods", true)]
    public async Task A_missing_permission_is_reported_before_the_first_change(string permission, bool disableEviction)
    {
        _server.Denied.Add(permission);
        _server.Denied.Add(permission + " in default");

        NodeDrainResult result = await _bench.DrainAsync(_server, new() { DisableEviction = disableEviction });

        Assert.Equal((NodeDrainStatus.Blocked, false), (result.Status, result.Cordoned));
        Assert.Contains(permission, Assert.Single(result.Blockers, b => b.Kind == "Permission").Name, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Requests, r => r.StartsWith("PATCH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Permissions_in_the_namespaces_of_the_pods_are_enough()
    {
        _server.Denied.Add("create pods/eviction");

        Assert.Equal(NodeDrainStatus.Drained, (await _bench.DrainAsync(_server)).Status);
    }

    [Fact]
    public async Task Without_access_reviews_the_drain_continues()
    {
        _server.Intercept = r =>
            r.RequestUri!.AbsolutePath.EndsWith("selfsubjectaccessreviews", StringComparison.Ordinal) ? Answers.Forbidden() : null;

        Assert.Equal(NodeDrainStatus.Drained, (await _bench.DrainAsync(_server)).Status);
    }

    [Fact]
    public async Task A_pod_bound_during_the_drain_is_evicted()
    {
        _server.OnAccepted = name =>
        {
            if (name == "p1")
                _server.Pods.Put(Sample.Pod("late"));
            _server.Pods.Remove(name);
        };

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal((NodeDrainStatus.Drained, 2), (result.Status, result.Evicted));
        Assert.Empty(_server.Pods.All);
    }

    [Fact]
    public async Task A_pod_that_tolerates_the_cordon_and_returns_is_reported_and_not_evicted_again()
    {
        int made = 0;
        _server.OnAccepted = name =>
        {
            JsonObject back = Sample.Pod($"back-{++made}");
            back["spec"]!["tolerations"] = JsonNode.Parse("""[{"operator":"Exists"}]""");
            _server.Pods.Put(back);
            _server.Pods.Remove(name);
        };

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Equal([DrainPodOutcome.Returned, DrainPodOutcome.Evicted], result.Pods.Select(p => p.Outcome));
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task Pods_that_a_controller_binds_repeatedly_are_not_evicted_indefinitely()
    {
        int made = 0;
        _server.OnAccepted = name =>
        {
            _server.Pods.Put(Sample.Pod($"back-{++made}"));
            _server.Pods.Remove(name);
        };

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Single(result.Pods, p => p.Outcome == DrainPodOutcome.Returned);
        Assert.InRange(made, 2, 5);
    }

    [Fact]
    public async Task A_drain_of_a_drained_node_ends_immediately()
    {
        await _bench.DrainAsync(_server);
        int requests = _server.Requests.Count;

        NodeDrainResult again = await _bench.DrainAsync(_server);

        Assert.Equal((NodeDrainStatus.Drained, 0, true), (again.Status, again.Pods.Count, again.Cordoned));
        // The lock of the node, and its removal.
        Assert.Equal(2, _server.Requests.Skip(requests).Count(r => r.StartsWith("PATCH", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Only_selected_pods_are_evicted()
    {
        _server.Pods.Put(Sample.Pod("other", app: "other"));

        NodeDrainResult result = await _bench.DrainAsync(_server, new() { PodSelector = "app=web" });

        Assert.Equal("p1", Assert.Single(result.Pods).Name);
        Assert.NotNull(_server.Pods["other"]);
    }

    [Fact]
    public async Task Events_report_the_start_and_the_end_of_the_drain()
    {
        await _bench.DrainAsync(_server);

        Assert.Equal(["NodeDrainStarted", "NodeDrained"], _server.Events.All.Select(e => e["reason"]!.GetValue<string>()));
        Assert.All(_server.Events.All, e => Assert.Equal("uid-n1", e["involvedObject"]!["uid"]!.GetValue<string>()));
        Assert.Contains("POST /api/v1/namespaces/default/events", _server.Requests);
    }

    [Fact]
    public async Task The_drain_continues_when_Events_cannot_be_written()
    {
        _server.Intercept = r => r.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal) ? Answers.Forbidden() : null;

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Empty(_bench.Warnings);
        Assert.Contains(_bench.Lines, l => l.Contains("NodeDrained", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_node_does_not_fail_other_nodes()
    {
        using NodeManagerSession session = await _server.ConnectAsync();

        IReadOnlyList<NodeDrainResult> results = await _bench.DrainAllAsync(session, ["n1", "nowhere"], new());

        NodeDrainResult missing = results.Single(r => r.Node == "nowhere");
        Assert.Equal(NodeDrainStatus.Failed, missing.Status);
        Assert.Contains("Node 'nowhere' does not exist", missing.Message, StringComparison.Ordinal);
        Assert.Equal(NodeDrainStatus.Drained, results.Single(r => r.Node == "n1").Status);
    }

    [Fact]
    public async Task Progress_reports_counts_and_the_current_wait()
    {
        _server.Budgets.Put(Sample.Budget("web", "web", 0));
        _server.OnRemove = (_, attempt) => attempt == 1 ? Answers.BudgetRefuses("web") : null;
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server);
        while (!_bench.Reports.Any(r => r.Status.Contains("waiting for PDB default/web", StringComparison.Ordinal)))
            await Task.Delay(20);
        _server.Budgets.Put(Sample.Budget("web", "web", 1));
        await drain;

        Assert.All(_bench.Reports, r => Assert.Equal("n1", r.Key));
        Assert.True(_bench.Reports.Last().Completed);
    }
}

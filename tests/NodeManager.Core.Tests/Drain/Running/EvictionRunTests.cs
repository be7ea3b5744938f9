using NodeManager.Core.Tests.Drain.Support;

namespace NodeManager.Core.Tests.Drain.Running;

/// <summary>What a drain does with each answer of the server.</summary>
public sealed class EvictionRunTests : IDisposable
{
    private readonly DrainServer _server = new();
    private readonly DrainBench _bench = new();

    public EvictionRunTests()
    {
        _server.Nodes.Put(Sample.Node("n1"));
        _server.Pods.Put(Sample.Pod("p1"));
    }

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("conflict")]
    [InlineData("timeout")]
    [InlineData("later")]
    [InlineData("later at once")]
    [InlineData("unavailable")]
    public async Task A_transient_failure_is_retried(string answer)
    {
        _server.OnRemove = (_, attempt) =>
            attempt > 2
                ? null
                : answer switch
                {
                    "conflict" => Answers.BudgetConflict(),
                    "timeout" => Answers.BudgetTimeout(),
                    "later" => Answers.Later(1),
                    "later at once" => Answers.Later(null),
                    _ => Answers.Unavailable(),
                };

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Equal((DrainPodOutcome.Evicted, 3), (result.Pods[0].Outcome, result.Pods[0].Attempts));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deleted_or_replaced_pod_counts_as_evicted(bool isReplaced)
    {
        _server.OnRemove = (name, _) =>
        {
            _server.Pods.Remove(name);
            return isReplaced ? Answers.Replaced() : Answers.NotFound();
        };

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Equal((DrainPodOutcome.Gone, 1), (result.Pods[0].Outcome, result.Pods[0].Attempts));
    }

    [Fact]
    public async Task Each_eviction_states_the_UID_and_the_requested_grace_period()
    {
        await _bench.DrainAsync(_server, new() { GracePeriod = TimeSpan.FromSeconds(7) });

        Assert.Equal("uid-p1", _server.Removals["p1"]["preconditions"]!["uid"]!.GetValue<string>());
        Assert.Equal(7, _server.Removals["p1"]["gracePeriodSeconds"]!.GetValue<int>());
        Assert.Contains("POST /api/v1/namespaces/default/pods/p1/eviction", _server.Requests);
    }

    [Fact]
    public async Task A_new_pod_with_the_name_of_a_planned_pod_is_not_evicted()
    {
        // The pod is replaced between the plan and the watch.
        int lists = 0;
        _server.Intercept = request =>
        {
            if (request.RequestUri!.AbsolutePath == "/api/v1/pods" && Interlocked.Increment(ref lists) == 2)
            {
                var other = Sample.Pod("p1");
                other["metadata"]!["uid"] = "another";
                other["metadata"]!["ownerReferences"]![0]!["kind"] = "DaemonSet";
                other["metadata"]!["ownerReferences"]![0]!["name"] = "logs";
                other["metadata"]!["ownerReferences"]![0]!["uid"] = "ds";
                _server.DaemonSets.Put(Sample.DaemonSet("logs", "ds"));
                _server.Pods.Put(other);
            }

            return null;
        };

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Equal(0, _server.Attempts("p1"));
        Assert.Equal([DrainPodOutcome.Gone, DrainPodOutcome.Skipped], result.Pods.Select(p => p.Outcome));
    }

    [Fact]
    public async Task With_DisableEviction_pods_are_deleted_by_UID()
    {
        _server.Budgets.Put(Sample.Budget("web", "web", 0));

        NodeDrainResult result = await _bench.DrainAsync(_server, new() { DisableEviction = true });

        Assert.Equal(DrainPodOutcome.Deleted, result.Pods[0].Outcome);
        Assert.Contains("DELETE /api/v1/namespaces/default/pods/p1", _server.Requests);
        Assert.Equal("uid-p1", _server.Removals["p1"]["preconditions"]!["uid"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_forbidden_eviction_fails_the_node_and_names_the_missing_permission()
    {
        _server.OnRemove = (_, _) => Answers.Forbidden();

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal(NodeDrainStatus.Failed, result.Status);
        Assert.True(result.Cordoned);
        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal("Permission", blocker.Kind);
        Assert.Contains("create pods/eviction", blocker.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expired_credentials_fail_the_node_and_are_named()
    {
        _server.OnRemove = (_, _) => Answers.Status(401, "Unauthorized", "Unauthorized");

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal((NodeDrainStatus.Failed, true), (result.Status, result.Cordoned));
        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal("Credentials", blocker.Kind);
        Assert.Contains("rejected the credentials", blocker.Message, StringComparison.Ordinal);
        Assert.NotEmpty(blocker.Remedy);
    }

    [Fact]
    public async Task A_server_that_stays_unreachable_fails_the_node()
    {
        _server.OnRemove = (_, _) => Answers.Status(400, "BadRequest", "not like that");

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal(NodeDrainStatus.Failed, result.Status);
        Assert.Equal(DrainPodOutcome.Failed, result.Pods[0].Outcome);
        Assert.Equal("Server", Assert.Single(result.Blockers).Kind);
    }

    [Fact]
    public async Task Pods_of_a_terminating_namespace_are_waited_for()
    {
        _server.OnRemove = (_, _) => Answers.NamespaceTerminating();
        Task waits = _bench.LineAsync("namespace is being deleted");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server);
        await waits;
        _server.Pods.Remove("p1");

        NodeDrainResult result = await drain;

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Equal((DrainPodOutcome.Gone, 1), (result.Pods[0].Outcome, result.Pods[0].Attempts));
    }

    [Fact]
    public async Task An_interrupted_watch_loses_no_events()
    {
        for (int i = 2; i <= 5; i++)
            _server.Pods.Put(Sample.Pod($"p{i}"));
        _server.OnAccepted = name =>
        {
            _server.CutWatches();
            _server.Pods.Remove(name);
        };

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal((NodeDrainStatus.Drained, 5), (result.Status, result.Evicted));
    }

    [Fact]
    public async Task A_drain_survives_many_refusals()
    {
        for (int i = 2; i <= 30; i++)
            _server.Pods.Put(Sample.Pod($"p{i}"));
        _server.OnRemove = (_, attempt) => attempt <= 5 ? Answers.LaterAtOnce() : null;

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal((NodeDrainStatus.Drained, 30), (result.Status, result.Evicted));
        Assert.All(result.Pods, p => Assert.Equal(6, p.Attempts));
    }
}

using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Testing;
using Sample = NodeManager.Core.Tests.Drain.Support.Sample;

namespace NodeManager.Core.Tests.Drain.Running;

/// <summary>Deployments whose budget never lets a pod go.</summary>
public sealed class SurgeRunTests : IDisposable
{
    private const string Restart = "PATCH /apis/apps/v1/namespaces/default/deployments/web";

    private readonly DrainServer _server = new();
    private readonly DrainBench _bench = new();

    public SurgeRunTests()
    {
        _server.Nodes.Put(Sample.Node("n1"));
        _server.Pods.Put(Sample.Pod("p1"));
        JsonObject set = Sample.Parse(
            """{"metadata":{"name":"web","namespace":"default","uid":"rs"},"spec":{"replicas":1,"template":{} } }"""
        );
        set["metadata"]!["ownerReferences"] = JsonNode.Parse(
            """[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"uid-web","controller":true}]"""
        );
        _server.ReplicaSets.Put(set);
        _server.Deployments.Put(Sample.Deployment("web", 1));
        JsonObject budget = Sample.Budget("web", "web", 0);
        budget["status"]!["desiredHealthy"] = 1;
        budget["status"]!["expectedPods"] = 1;
        _server.Budgets.Put(budget);
        _server.OnRemove = (_, _) => Answers.BudgetRefuses("web");
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task The_pod_of_a_surged_Deployment_is_replaced_first_and_never_evicted()
    {
        Task restarted = _bench.LineAsync("restarted to start replacements");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { Surge = true });
        await restarted;
        Assert.False(drain.IsCompleted);
        _server.Pods.Remove("p1");

        NodeDrainResult result = await drain;

        Assert.Equal(
            (NodeDrainStatus.Drained, DrainPodOutcome.Replaced, 0),
            (result.Status, result.Pods[0].Outcome, _server.Attempts("p1"))
        );
        Assert.NotNull(_server.Deployments["web"]!["spec"]!["template"]!["metadata"]!["annotations"]!["kubectl.kubernetes.io/restartedAt"]);
    }

    [Fact]
    public async Task A_surged_Deployment_is_restarted_once_for_all_its_pods()
    {
        _server.Pods.Put(Sample.Pod("p2"));
        Task restarted = _bench.LineAsync("restarted to start replacements");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { Surge = true });
        await restarted;
        _server.Pods.Remove("p1");
        _server.Pods.Remove("p2");

        await drain;

        Assert.Single(_server.Requests, Restart);
    }

    // The first node's drain is cut off while the restart is on its way, or the server fails at first.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nodes_share_a_restart_and_a_failed_restart_is_retried(bool fails)
    {
        _server.Nodes.Put(Sample.Node("n2"));
        _server.Pods.Put(Sample.Pod("p2", "n2"));
        int patches = 0;
        _server.Intercept = r =>
            fails
            && r.Method == HttpMethod.Patch
            && r.RequestUri!.AbsolutePath.EndsWith("/deployments/web", StringComparison.Ordinal)
            && Interlocked.Increment(ref patches) <= 6
                ? Answers.Unavailable()
                : null;
        TaskCompletionSource slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Hang = path =>
            !fails && path.EndsWith("/deployments/web", StringComparison.Ordinal) && _server.Requests.Contains(Restart) ? slow.Task : null;
        using NodeManagerSession session = await _server.ConnectAsync();
        Task restarted = _bench.LineAsync("restarted to start replacements");
        Task<IReadOnlyList<NodeDrainResult>> drain = _bench.DrainAllAsync(session, ["n1", "n2"], new() { Surge = true });
        if (!fails)
        {
            await _server.Hanging;
            _server.Nodes.Remove("n1");
            slow.SetResult();
        }

        await restarted;
        _server.Pods.Remove("p1");
        _server.Pods.Remove("p2");
        IReadOnlyList<NodeDrainResult> results = await drain;

        NodeDrainResult other = results.Single(r => r.Node == "n2");
        Assert.True(other is { Status: NodeDrainStatus.Drained } && other.Pods[0].Outcome == DrainPodOutcome.Replaced, other.Message);
    }

    // It is said of those that are evicted, and a surged one is not.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_blocking_PDB_is_a_warning_only_for_pods_without_a_surge(bool surge)
    {
        using NodeManagerSession session = await _server.ConnectAsync();

        NodeDrainPlan plan = Assert.Single(
            await NodeManager.Drains.DrainPlanner.PlanAsync(session, ["n1"], new() { Surge = surge }, default)
        );

        Assert.Equal(surge ? 0 : 1, plan.Warnings.Count(w => w.Contains("no eviction can succeed", StringComparison.Ordinal)));
        Assert.Equal(plan.Warnings.Count, plan.Pods[0].Warnings.Count);
        Assert.Equal(surge ? NodeDrainPlanStatus.Drainable : NodeDrainPlanStatus.WillNotFinish, plan.Status);
    }

    [Fact]
    public async Task A_failed_rollout_is_reported_and_not_changed()
    {
        Task restarted = _bench.LineAsync("restarted to start replacements");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { Surge = true });
        await restarted;
        _server.Deployments.Change(
            "web",
            d =>
                d["status"]!["conditions"] = JsonNode.Parse(
                    """[{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded","message":"timed out"}]"""
                )
        );

        NodeDrainResult result = await drain;

        Assert.Equal(NodeDrainStatus.Failed, result.Status);
        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal(("Rollout", "default/web"), (blocker.Kind, blocker.Name));
        Assert.Contains("ProgressDeadlineExceeded", blocker.Message, StringComparison.Ordinal);
        Assert.Contains("rollout undo", blocker.Remedy, StringComparison.Ordinal);
        Assert.Single(_server.Requests, Restart);
    }

    [Fact]
    public async Task A_rollout_that_times_out_is_a_blocker()
    {
        NodeDrainResult result = await DrainUntilLateAsync(surge: true, after: "restarted to start replacements");

        Assert.Equal(NodeDrainStatus.TimedOut, result.Status);
        Assert.Equal("Rollout", Assert.Single(result.Blockers).Kind);
    }

    [Theory]
    [InlineData("paused")]
    [InlineData("statefulset")]
    [InlineData("not asked")]
    public async Task Deployments_restart_only_on_request_and_when_it_is_safe(string why)
    {
        if (why == "paused")
            _server.Deployments.Change("web", d => d["spec"]!["paused"] = true);
        if (why == "statefulset")
            _server.Pods.Change("p1", p => p["metadata"]!["ownerReferences"]![0]!["kind"] = "StatefulSet");

        NodeDrainResult result = await DrainUntilLateAsync(surge: why != "not asked", after: "refused");

        Assert.Equal(NodeDrainStatus.TimedOut, result.Status);
        Assert.DoesNotContain(Restart, _server.Requests);
        Assert.Equal(why != "not asked", result.Warnings.Any(w => w.Contains("no surge", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_PDB_with_allowed_disruptions_causes_no_restart()
    {
        _server.Budgets.Put(Sample.Budget("web", "web", 1));
        _server.OnRemove = (_, _) => null;

        Assert.Equal(DrainPodOutcome.Evicted, (await _bench.DrainAsync(_server, new() { Surge = true })).Pods[0].Outcome);
        Assert.DoesNotContain(Restart, _server.Requests);
    }

    [Fact]
    public async Task A_rollout_past_its_limit_ends_the_drain_with_the_rollout_state()
    {
        NodeDrainResult result = await _bench.DrainAsync(_server, new() { Surge = true, SurgeTimeout = TimeSpan.FromMilliseconds(200) });

        NodeDrainBlocker rollout = Assert.Single(result.Blockers, b => b.Kind == "Rollout");
        Assert.Equal(NodeDrainStatus.Failed, result.Status);
        Assert.Contains("did not finish within 0 s: 1 of 1 pods updated", rollout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollout_that_was_in_progress_does_not_block_after_it_ends()
    {
        ManualTimeProvider time = new();
        JsonObject unsettled = Sample.Deployment("web", 1);
        unsettled["status"]!["availableReplicas"] = 0;
        _server.Deployments.Put(unsettled);
        Task refused = _bench.LineAsync("refused, waiting");
        Task restarted = _bench.LineAsync("restarted to start replacements");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { Surge = true }, time);
        await refused;
        _server.Deployments.Put(Sample.Deployment("web", 1));
        // The budget is asked again about every ten seconds, and with it whether surging is possible now.
        while (!restarted.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        _server.Pods.Remove("p1");

        Assert.Equal(DrainPodOutcome.Replaced, (await drain).Pods[0].Outcome);
        Assert.Single(_bench.Warnings, w => w.Contains("no surge", StringComparison.Ordinal));
    }

    // Its time ends once that has been told, however long it takes.
    private async Task<NodeDrainResult> DrainUntilLateAsync(bool surge, string after)
    {
        ManualTimeProvider time = new();
        Task told = _bench.LineAsync(after);
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { Surge = surge, Timeout = TimeSpan.FromSeconds(30) }, time);
        await told;
        while (!drain.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        return await drain;
    }
}

using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Options;
using NodeManager.Testing;
using Sample = NodeManager.Core.Tests.Drain.Support.Sample;

namespace NodeManager.Core.Tests.Drain.Running;

/// <summary>Forcing, in steps, each asked for.</summary>
public sealed class ForceRunTests : IDisposable
{
    private const string Deletion = "DELETE /api/v1/namespaces/default/pods/p1";

    private readonly DrainServer _server = new();
    private readonly DrainBench _bench = new();
    private readonly ManualTimeProvider _time = new();

    public ForceRunTests()
    {
        _server.Nodes.Put(Node("Unknown"));
        _server.Pods.Put(Sample.Pod("p1"));
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_PDB_is_overridden_only_after_the_specified_time()
    {
        _server.Budgets.Put(Sample.Budget("web", "web", 0));
        _server.Intercept = r =>
            r.RequestUri!.AbsolutePath.EndsWith("/eviction", StringComparison.Ordinal) ? Answers.BudgetRefuses("web") : null;
        Task refused = _bench.LineAsync("refused");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { OverrideBudgetAfter = TimeSpan.FromSeconds(60) }, _time);
        await refused;
        for (int i = 0; i < 11; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(20);
        }

        Assert.DoesNotContain(Deletion, _server.Requests);
        await AdvanceUntilAsync(drain, TimeSpan.FromSeconds(1), 600);
        NodeDrainResult result = await drain;

        Assert.Equal((NodeDrainStatus.Drained, 1), (result.Status, result.Forced));
        NodeDrainPod pod = Assert.Single(result.Pods);
        Assert.Equal(
            (DrainPodOutcome.Deleted, DrainForce.Budget, "default/web"),
            (pod.Outcome, pod.Forced.ToString(), pod.Budgets.ToString())
        );
        Assert.Contains(result.Warnings, w => w.Contains("default/web has refused for", StringComparison.Ordinal));
        Assert.Contains("1 force-deleted", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PDB_is_overridden_only_on_request()
    {
        _server.Budgets.Put(Sample.Budget("web", "web", 0));
        _server.OnRemove = (_, _) => Answers.BudgetRefuses("web");
        Task refused = _bench.LineAsync("refused");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { Timeout = TimeSpan.FromHours(1) }, _time);
        await refused;
        await AdvanceUntilAsync(drain, TimeSpan.FromMinutes(10), 100);

        Assert.Equal((NodeDrainStatus.TimedOut, 0), ((await drain).Status, (await drain).Forced));
        Assert.DoesNotContain(Deletion, _server.Requests);
    }

    // Three pods of one workload; each that is deleted is replaced on another node after a minute, or never.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_next_pod_is_deleted_after_the_replacement_of_the_previous_pod_is_ready(bool isReplaced)
    {
        _server.Pods.Put(Sample.Pod("p2"));
        _server.Pods.Put(Sample.Pod("p3"));
        _server.ReplicaSets.Put(Sample.Parse("""{"metadata":{"name":"web","namespace":"default","uid":"rs"},"spec":{"replicas":3}}"""));
        _server.Budgets.Put(Sample.Budget("web", "web", 0));
        _server.Intercept = r =>
            r.RequestUri!.AbsolutePath.EndsWith("/eviction", StringComparison.Ordinal) ? Answers.BudgetRefuses("web") : null;
        List<TimeSpan> deletions = [];
        DateTimeOffset start = _time.GetUtcNow();
        _server.OnAccepted = name =>
        {
            deletions.Add(_time.GetUtcNow() - start);
            _server.Pods.Remove(name);
            if (!isReplaced)
                return;
            _ = ReplaceAsync(name);
        };
        Task refused = _bench.LineAsync("refused");
        Task<NodeDrainResult> drain = _bench.DrainAsync(
            _server,
            new() { OverrideBudgetAfter = TimeSpan.FromSeconds(30), Timeout = TimeSpan.FromMinutes(8) },
            _time
        );
        await refused;
        await AdvanceUntilAsync(drain, TimeSpan.FromSeconds(5), 600);
        NodeDrainResult result = await drain;

        Assert.Equal(isReplaced ? NodeDrainStatus.Drained : NodeDrainStatus.TimedOut, result.Status);
        Assert.Equal(isReplaced ? 3 : 1, deletions.Count);
        for (int i = 1; i < deletions.Count; i++)
            Assert.True(deletions[i] - deletions[i - 1] >= TimeSpan.FromMinutes(1), string.Join(' ', deletions));
        if (!isReplaced)
            Assert.Equal(
                2,
                result.Pods.Count(p =>
                    p.Outcome == DrainPodOutcome.Blocked && p.Reason.Contains("ReplicaSet default/web: 2 of 3", StringComparison.Ordinal)
                )
            );

        async Task ReplaceAsync(string name)
        {
            await Task.Delay(TimeSpan.FromMinutes(1), _time);
            _server.Pods.Put(Sample.Pod(name + "-new", "n2"));
        }
    }

    [Fact]
    public async Task A_stuck_pod_is_force_deleted_after_the_specified_time()
    {
        _server.OnAccepted = Stick;
        Task accepted = _bench.LineAsync("accepted");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { ForceStuck = TimeSpan.FromMinutes(2) }, _time);
        await accepted;
        await AdvanceUntilAsync(drain, TimeSpan.FromSeconds(10), 600);
        NodeDrainResult result = await drain;

        NodeDrainPod pod = Assert.Single(result.Pods);
        Assert.Equal((DrainPodOutcome.Deleted, DrainForce.Stuck), (pod.Outcome, pod.Forced.ToString()));
        Assert.Equal(0, _server.Removals["p1"]["gracePeriodSeconds"]!.GetValue<int>());
        Assert.Equal("uid-p1", _server.Removals["p1"]["preconditions"]!["uid"]!.GetValue<string>());
        Assert.True(result.Duration >= TimeSpan.FromSeconds(150), $"{result.Duration}");
    }

    [Fact]
    public async Task A_local_clock_that_is_ahead_does_not_shorten_the_grace_period()
    {
        DateTimeOffset ServerTime() => _time.GetUtcNow() - TimeSpan.FromMinutes(6);
        _server.Clock = ServerTime;
        _server.OnAccepted = name =>
            _server.Pods.Change(
                name,
                p => p["metadata"]!["deletionTimestamp"] = ServerTime().AddSeconds(30).ToString("yyyy-MM-ddTHH:mm:ssZ")
            );
        Task accepted = _bench.LineAsync("accepted");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { ForceStuck = TimeSpan.FromMinutes(2) }, _time);
        await accepted;
        for (int i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await Task.WhenAny(drain, Task.Delay(20));
        }

        Assert.DoesNotContain(Deletion, _server.Requests);
        _server.Pods.Remove("p1");
        await AdvanceUntilAsync(drain, TimeSpan.FromSeconds(10), 100);
        Assert.Equal((NodeDrainStatus.Drained, 0), ((await drain).Status, (await drain).Forced));
    }

    [Fact]
    public async Task A_pod_that_can_still_write_is_force_deleted_only_when_the_node_is_powered_off()
    {
        _server.Pods.Change("p1", p => p["metadata"]!["ownerReferences"]![0]!["kind"] = "StatefulSet");
        _server.OnAccepted = Stick;
        Task accepted = _bench.LineAsync("accepted"),
            refused = _bench.LineAsync("Not force-deleted");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { ForceStuck = TimeSpan.FromMinutes(2) }, _time);
        await accepted;
        await AdvanceUntilAsync(refused, TimeSpan.FromSeconds(10), 600);
        Assert.DoesNotContain(Deletion, _server.Requests);
        _server.Nodes.Change(
            "n1",
            n => n["spec"]!["taints"] = JsonNode.Parse("""[{"key":"node.kubernetes.io/out-of-service","effect":"NoExecute"}]""")
        );

        Assert.Equal((NodeDrainStatus.Drained, 1), ((await drain).Status, (await drain).Forced));
    }

    [Fact]
    public async Task A_refused_force_deletion_is_a_blocker_with_its_remedy()
    {
        _server.Pods.Change("p1", p => p["metadata"]!["ownerReferences"]![0]!["kind"] = "StatefulSet");
        _server.OnAccepted = Stick;
        Task accepted = _bench.LineAsync("accepted");
        Task<NodeDrainResult> drain = _bench.DrainAsync(
            _server,
            new() { ForceStuck = TimeSpan.FromMinutes(2), Timeout = TimeSpan.FromMinutes(10) },
            _time
        );
        await accepted;
        Task refused = _bench.LineAsync("Not force-deleted");
        await AdvanceUntilAsync(refused, TimeSpan.FromSeconds(10), 50);
        await AdvanceUntilAsync(drain, TimeSpan.FromSeconds(10), 600);
        NodeDrainBlocker blocker = Assert.Single((await drain).Blockers);

        Assert.Equal("Termination", blocker.Kind);
        Assert.Contains("StatefulSet", blocker.Message, StringComparison.Ordinal);
        Assert.Contains("out-of-service", blocker.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Without_permission_to_delete_pods_force_deletion_changes_nothing(bool overrides, bool forces)
    {
        _server.Denied.Add("delete pods");
        _server.Denied.Add("delete pods in default");
        DrainOptions options = new()
        {
            OverrideBudgetAfter = overrides ? TimeSpan.FromMinutes(1) : null,
            ForceStuck = forces ? TimeSpan.FromMinutes(1) : null,
        };

        NodeDrainResult result = await _bench.DrainAsync(_server, options);

        Assert.Equal((NodeDrainStatus.Blocked, false), (result.Status, result.Cordoned));
        Assert.Contains(result.Blockers, b => b.Name.StartsWith("delete pods", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deletion_without_eviction_warns_about_each_overridden_PDB_and_is_recorded()
    {
        _server.Budgets.Put(Sample.Budget("web", "web", 0));

        NodeDrainResult result = await _bench.DrainAsync(_server, new() { DisableEviction = true });

        Assert.Contains(result.Warnings, w => w.Contains("default/web: minAvailable 2", StringComparison.Ordinal));
        Assert.Equal(DrainForce.NoEviction, result.Pods[0].Forced.ToString());
    }

    // It continues terminating until it is killed.
    private void Stick(string name)
    {
        if (_server.Removals[name]["gracePeriodSeconds"]?.GetValue<int>() == 0)
        {
            _server.Pods.Remove(name);
            return;
        }

        _server.Pods.Change(
            name,
            p =>
            {
                p["metadata"]!["deletionTimestamp"] = (_time.GetUtcNow() + TimeSpan.FromSeconds(30)).ToString("yyyy-MM-ddTHH:mm:ssZ", null);
                p["metadata"]!["deletionGracePeriodSeconds"] = 30;
            }
        );
    }

    // What runs has time to hear of each step.
    private async Task AdvanceUntilAsync(Task task, TimeSpan step, int atMost)
    {
        for (int i = 0; i < atMost && !task.IsCompleted; i++)
        {
            _time.Advance(step);
            await Task.WhenAny(task, Task.Delay(20));
        }

        await Task.WhenAny(task, Task.Delay(TimeSpan.FromMinutes(5)));
        Assert.True(task.IsCompleted);
    }

    private static JsonObject Node(string ready)
    {
        JsonObject node = Sample.Node("n1");
        node["status"]!["conditions"] = JsonNode.Parse($$"""[{"type":"Ready","status":"{{ready}}"}]""");
        return node;
    }
}

using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Testing;
using Sample = NodeManager.Core.Tests.Drain.Support.Sample;

namespace NodeManager.Core.Tests.Drain.Running;

/// <summary>Waiting for Jobs to end, and for what was evicted to be up again.</summary>
public sealed class WaitRunTests : IDisposable
{
    private readonly DrainServer _server = new();
    private readonly DrainBench _bench = new();
    private readonly ManualTimeProvider _time = new();

    public WaitRunTests()
    {
        _server.Nodes.Put(Sample.Node("n1"));
        _server.Pods.Put(Sample.Pod("p1"));
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task With_WaitForReplacement_the_drain_ends_when_the_replacements_are_ready()
    {
        _server.ReplicaSets.Put(ReplicaSet(1));
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { WaitForReplacement = true });
        await Told("pods to be replaced");
        Assert.False(drain.IsCompleted);
        JsonObject starting = Sample.Pod("p2", "n2");
        starting["status"]!["conditions"]![0]!["status"] = "False";
        _server.Pods.Put(starting);
        _server.Pods.Change("p2", p => p["status"]!["conditions"]![0]!["status"] = "True");

        Assert.Equal(NodeDrainStatus.Drained, (await drain).Status);
    }

    [Fact]
    public async Task A_pod_without_a_ready_replacement_in_time_is_a_blocker()
    {
        _server.ReplicaSets.Put(ReplicaSet(1));

        Task evicted = _bench.LineAsync("p1: Evicted");
        Task<NodeDrainResult> drain = _bench.DrainAsync(
            _server,
            new() { WaitForReplacement = true, Timeout = TimeSpan.FromSeconds(30) },
            _time
        );
        await evicted;
        while (!drain.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        NodeDrainResult result = await drain;

        Assert.Equal((NodeDrainStatus.TimedOut, 0), (result.Status, result.Remaining));
        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal(("Replacement", "ReplicaSet default/web", "0 of 1 pods are ready."), (blocker.Kind, blocker.Name, blocker.Message));
    }

    [Fact]
    public async Task The_wait_for_an_unschedulable_replacement_is_limited()
    {
        _server.ReplicaSets.Put(ReplicaSet(1));
        JsonObject pending = Sample.Pod("p2", "");
        pending["status"] = JsonNode.Parse(
            """{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/1 nodes are available: 1 Insufficient cpu."}]}"""
        );
        _server.Pods.Put(pending);
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { WaitForReplacement = true }, _time);
        while (!drain.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(5);
        }

        NodeDrainResult result = await drain;

        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal((NodeDrainStatus.Failed, "Replacement", BudgetOutlook.Never), (result.Status, blocker.Kind, blocker.Outlook));
        Assert.Equal(
            "0 of 1 pods are ready; not ready: p2 (not scheduled: Unschedulable: 0/1 nodes are available: 1 Insufficient cpu).",
            blocker.Message
        );
        Assert.Single(
            result.Warnings,
            w => w.StartsWith("No replacement of the evicted pods is starting: ReplicaSet default/web", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_workload_deleted_during_the_drain_is_not_waited_for() =>
        Assert.Equal(NodeDrainStatus.Drained, (await _bench.DrainAsync(_server, new() { WaitForReplacement = true })).Status);

    [Fact]
    public async Task Unreadable_workloads_are_a_warning()
    {
        _server.Intercept = r => r.RequestUri!.AbsolutePath.EndsWith("/replicasets", StringComparison.Ordinal) ? Answers.Forbidden() : null;

        NodeDrainResult result = await _bench.DrainAsync(_server, new() { WaitForReplacement = true });

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Contains(
            result.Warnings,
            w => w.StartsWith("Cannot check whether the evicted pods were replaced", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_Job_can_complete_before_its_pod_is_evicted()
    {
        MakeJob();
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { WaitForJob = TimeSpan.FromMinutes(5) }, _time);
        await Told("Jobs to complete");
        Assert.Equal(0, _server.Attempts("p1"));
        _server.Pods.Change("p1", p => p["status"]!["phase"] = "Succeeded");

        NodeDrainResult result = await drain;

        Assert.Equal((NodeDrainStatus.Drained, 1), (result.Status, _server.Attempts("p1")));
        Assert.DoesNotContain(result.Warnings, w => w.Contains("did not complete", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Job_that_does_not_end_in_time_is_evicted_with_a_warning()
    {
        MakeJob();
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { WaitForJob = TimeSpan.FromMinutes(5) }, _time);
        await Told("Jobs to complete");
        while (!drain.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(10);
        }

        Assert.Contains((await drain).Warnings, w => w.Contains("did not complete within 300 s", StringComparison.Ordinal));
        Assert.Equal(1, (await drain).Evicted);
    }

    [Theory]
    [InlineData("cluster-autoscaler.kubernetes.io/safe-to-evict", "false", true)]
    [InlineData("cluster-autoscaler.kubernetes.io/safe-to-evict", "true", false)]
    [InlineData("karpenter.sh/do-not-disrupt", "true", true)]
    public async Task A_pod_with_do_not_disrupt_is_evicted_with_a_warning(string annotation, string value, bool warns)
    {
        _server.Pods.Change("p1", p => p["metadata"]!["annotations"] = new JsonObject { [annotation] = value });

        NodeDrainResult result = await _bench.DrainAsync(_server);

        Assert.Equal(1, result.Evicted);
        Assert.Equal(
            warns,
            result.Warnings.Any(w => w.Contains("default/p1", StringComparison.Ordinal) && w.Contains(annotation, StringComparison.Ordinal))
        );
    }

    private async Task Told(string what)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(5));
        while (!_bench.Reports.Any(r => r.Status.Contains(what, StringComparison.Ordinal)))
        {
            await Task.Delay(10, limit.Token);
            // Progress is told at intervals of the cluster's clock.
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }
    }

    private void MakeJob() =>
        _server.Pods.Change(
            "p1",
            p =>
            {
                p["metadata"]!["ownerReferences"]![0]!["kind"] = "Job";
                p["metadata"]!["ownerReferences"]![0]!["apiVersion"] = "batch/v1";
            }
        );

    private static JsonObject ReplicaSet(int replicas) =>
        Sample.Parse($$"""{"metadata":{"name":"web","namespace":"default","uid":"rs"},"spec":{"replicas":{{replicas}},"template":{} } }""");
}

using System.Text.Json.Nodes;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Tests.Drain.Support;
using Sample = NodeManager.Core.Tests.Drain.Support.Sample;

namespace NodeManager.Core.Tests.Drain;

/// <summary>The cordon of a drain: when it is sent, what it says, and what the result says of it.</summary>
public sealed class DrainCordonTests : IDisposable
{
    private readonly DrainServer _server = new();
    private readonly DrainBench _bench = new();

    public DrainCordonTests()
    {
        _server.Nodes.Put(Sample.Node("n1"));
        _server.Pods.Put(Sample.Pod("p1"));
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task The_cordon_records_user_and_reason_in_the_same_patch()
    {
        await _bench.DrainAsync(_server, new() { Reason = "new kernel" });

        JsonObject node = _server.Nodes["n1"]!;
        Assert.True(node["spec"]!["unschedulable"]!.GetValue<bool>());
        JsonNode note = JsonNode.Parse(node["metadata"]!["annotations"]![DrainAnnotation.Key]!.GetValue<string>())!;
        Assert.Equal("new kernel", note["reason"]!.GetValue<string>());
        Assert.EndsWith("@" + Environment.MachineName, note["by"]!.GetValue<string>(), StringComparison.Ordinal);
        // The second one removes the lock.
        Assert.Equal(2, _server.Requests.Count(r => r.StartsWith("PATCH", StringComparison.Ordinal)));
        Assert.Null(node["metadata"]!["annotations"]![NodeLock.Key]);
    }

    [Fact]
    public async Task All_nodes_are_cordoned_before_the_first_eviction()
    {
        for (int i = 2; i <= 20; i++)
        {
            _server.Nodes.Put(Sample.Node($"n{i}"));
            _server.Pods.Put(Sample.Pod($"p{i}", $"n{i}"));
        }

        using NodeManagerSession session = await _server.ConnectAsync();
        IReadOnlyList<NodeDrainResult> results = await _bench.DrainAllAsync(
            session,
            [.. Enumerable.Range(1, 20).Select(i => $"n{i}")],
            new() { ThrottleLimit = 3 }
        );

        Assert.Equal(20, results.Count(r => r.Status == NodeDrainStatus.Drained));
        List<string> requests = [.. _server.Requests];
        int firstEviction = requests.FindIndex(r => r.EndsWith("/eviction", StringComparison.Ordinal));
        Assert.Equal(20, requests.Take(firstEviction).Count(r => r.StartsWith("PATCH", StringComparison.Ordinal)));
    }

    // What becomes of the second node's cordon, which is answered after the first node is ready for its drain.
    [Theory]
    [InlineData("is cordoned", NodeDrainStatus.Drained)]
    [InlineData("was cordoned", NodeDrainStatus.Drained)]
    [InlineData("is gone", NodeDrainStatus.Failed)]
    public async Task No_pod_is_evicted_before_every_cordon_is_answered(string second, string status)
    {
        _server.Nodes.Put(Sample.Node("n2"));
        _server.Pods.Put(Sample.Pod("p2", "n2"));
        if (second == "was cordoned")
            _server.Nodes.Change("n2", n => n["spec"]!["unschedulable"] = true);
        TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isSent = false;
        int early = 0;
        _server.Intercept = request =>
        {
            string path = request.RequestUri!.AbsolutePath;
            // The event of a drain that starts follows the node's cordon.
            if (request.Method == HttpMethod.Post && path.EndsWith("/events", StringComparison.Ordinal))
                ready.TrySetResult();
            if (path.EndsWith("/eviction", StringComparison.Ordinal) && !answered.Task.IsCompleted)
                early++;
            isSent |= request.Method == HttpMethod.Patch && path.EndsWith("/nodes/n2", StringComparison.Ordinal);
            return null;
        };
        _server.Hang = path => isSent && path.EndsWith("/nodes/n2", StringComparison.Ordinal) ? answered.Task : null;
        using NodeManagerSession session = await _server.ConnectAsync();

        Task<IReadOnlyList<NodeDrainResult>> drain = _bench.DrainAllAsync(session, ["n1", "n2"], new());
        await Task.WhenAll(_server.Hanging, ready.Task).WaitAsync(TimeSpan.FromMinutes(5));
        if (second == "is gone")
            _server.Nodes.Remove("n2");
        answered.SetResult();
        IReadOnlyList<NodeDrainResult> results = await drain;

        Assert.Equal(0, early);
        Assert.Equal((NodeDrainStatus.Drained, 1), (results.Single(r => r.Node == "n1").Status, _server.Attempts("p1")));
        Assert.Equal(
            (status, status == NodeDrainStatus.Drained ? 1 : 0),
            (results.Single(r => r.Node == "n2").Status, _server.Attempts("p2"))
        );
    }

    [Fact]
    public async Task Cancelled_during_the_cordon_the_result_reports_the_node_as_cordoned()
    {
        using CancellationTokenSource stop = new();
        _server.Intercept = request =>
        {
            if (request.Method != HttpMethod.Patch)
                return null;
            using StreamReader body = new(request.Content!.ReadAsStream());
            HttpResponseMessage done = _server.Nodes.Merge("n1", JsonNode.Parse(body.ReadToEnd())!.AsObject());
            stop.Cancel();
            return done;
        };

        NodeDrainResult result = await _bench.DrainAsync(_server, cancellationToken: stop.Token);

        Assert.True(_server.Nodes["n1"]!["spec"]!["unschedulable"]!.GetValue<bool>());
        Assert.Equal((NodeDrainStatus.Cancelled, true), (result.Status, result.Cordoned));
    }

    [Fact]
    public async Task A_cordon_is_retried_after_conflicts()
    {
        int patches = 0;
        _server.Intercept = r =>
            r.Method == HttpMethod.Patch && Interlocked.Increment(ref patches) <= 5
                ? Answers.Status(409, "Conflict", "Operation cannot be fulfilled on nodes \"n1\": the object has been modified")
                : null;

        NodeDrainResult result = await _bench.DrainAsync(_server);

        // The seventh removes the lock.
        Assert.Equal((NodeDrainStatus.Drained, true, 7), (result.Status, result.Cordoned, patches));
    }

    // What another client does to the node while it is drained.
    [Theory]
    [InlineData("uncordoned", NodeDrainStatus.Cancelled, false, "Called off: The node was uncordoned.")]
    [InlineData("", NodeDrainStatus.TimedOut, true, "The node stays cordoned.")]
    [InlineData("unreadable", NodeDrainStatus.TimedOut, true, "its current state could not be read")]
    public async Task The_reported_cordon_state_is_read_after_the_last_wait(string what, string status, bool isCordoned, string words)
    {
        _server.Budgets.Put(Sample.Budget("web", "web", 0));
        _server.OnRemove = (_, _) => Answers.BudgetRefuses("web");
        bool isOver = false;
        _server.Intercept = r =>
            isOver && r.RequestUri!.AbsolutePath.EndsWith("/nodes/n1", StringComparison.Ordinal)
                ? throw new HttpRequestException("Connection refused")
                : null;
        Task refused = _bench.LineAsync("refused");
        Task<NodeDrainResult> drain = _bench.DrainAsync(_server, new() { Timeout = TimeSpan.FromSeconds(2) });
        await refused;
        if (what == "uncordoned")
            _server.Nodes.Change("n1", n => n["spec"]!["unschedulable"] = null);
        isOver = what == "unreadable";

        NodeDrainResult result = await drain;

        Assert.Equal((status, isCordoned), (result.Status, result.Cordoned));
        Assert.Contains(words, result.Message, StringComparison.Ordinal);
        Assert.Equal(what == "unreadable" ? "Server" : "Budget", Assert.Single(result.Blockers).Kind);
    }

    [Fact]
    public async Task A_partly_drained_node_stays_cordoned_when_another_node_fails()
    {
        _server.Nodes.Put(Sample.Node("n2"));
        _server.Pods.Put(Sample.Pod("p2", "n2", "held"));
        _server.Pods.Put(Sample.Pod("stays"));
        _server.OnRemove = (pod, _) =>
            pod == "p2" ? Answers.Forbidden()
            : pod == "stays" ? Answers.Later(60)
            : null;
        Task gone = _bench.LineAsync($"p1: {DrainPodOutcome.Evicted}");
        _server.Hang = path => path.EndsWith("/pods/p2/eviction", StringComparison.Ordinal) ? gone : null;
        using NodeManagerSession session = await _server.ConnectAsync();

        IReadOnlyList<NodeDrainResult> results = await _bench.DrainAllAsync(session, ["n1", "n2"], new() { StopAtFailure = true });

        NodeDrainResult begun = results.Single(r => r.Node == "n1");
        Assert.Equal((NodeDrainStatus.Cancelled, true, 1), (begun.Status, begun.Cordoned, begun.Evicted));
        Assert.Equal(NodeDrainStatus.Failed, results.Single(r => r.Node == "n2").Status);
    }
}

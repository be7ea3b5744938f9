using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;

namespace NodeManager.Core.Tests.Drain.Running;

/// <summary>In which order pods leave, and how many concurrently.</summary>
public sealed class OrderRunTests : IDisposable
{
    private readonly DrainServer _server = new();
    private readonly DrainBench _bench = new();

    public OrderRunTests() => _server.Nodes.Put(Sample.Node("n1"));

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Sequential_evictions_follow_priority_and_wait_for_each_pod_to_terminate()
    {
        JsonObject important = Sample.Pod("a", app: "important");
        important["spec"]!["priority"] = 2000000000;
        _server.Pods.Put(important);
        for (int i = 1; i <= 3; i++)
            _server.Pods.Put(Sample.Pod($"w{i}"));
        ConcurrentQueue<string> order = [];
        int under = 0,
            most = 0;
        _server.OnAccepted = name =>
        {
            order.Enqueue(name);
            most = Math.Max(most, Interlocked.Increment(ref under));
            _ = Task.Run(() =>
            {
                Interlocked.Decrement(ref under);
                _server.Pods.Remove(name);
            });
        };

        NodeDrainResult result = await _bench.DrainAsync(_server, new() { MaxParallelEvictions = 1 });

        Assert.Equal(NodeDrainStatus.Drained, result.Status);
        Assert.Equal(["w1", "w2", "w3", "a"], order);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_pod_waiting_for_its_PDB_does_not_delay_other_pods()
    {
        _server.Pods.Put(Sample.Pod("held"));
        _server.Pods.Put(Sample.Pod("free", app: "free"));
        _server.Budgets.Put(Sample.Budget("web", "web", 0));
        _server.OnRemove = (name, _) => name == "held" && _server.Pods["free"] is not null ? Answers.BudgetRefuses("web") : null;
        _server.OnAccepted = name =>
        {
            _server.Pods.Remove(name);
            _server.Budgets.Put(Sample.Budget("web", "web", 1));
        };

        NodeDrainResult result = await _bench.DrainAsync(_server, new() { MaxParallelEvictions = 1 });

        Assert.Equal((NodeDrainStatus.Drained, 2), (result.Status, result.Evicted));
    }
}

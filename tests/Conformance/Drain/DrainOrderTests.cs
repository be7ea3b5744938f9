using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Drain;

public sealed class DrainOrderTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Pods_are_evicted_by_priority_and_workload_with_the_requested_concurrency(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string full = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("web", 2);
        await cluster.AddReplicaSetAsync("api", 2);
        await cluster.AddReplicaSetAsync("vital", 1, w => w.PodSpec(new() { ["priorityClassName"] = "system-cluster-critical" }));
        await cluster.CordonForSchedulerAsync(full);
        using var stop = new CancellationTokenSource();
        Task<(List<string> Order, int Most)> seen = WatchLeavingAsync(cluster, full, stop.Token);

        NodeDrainResult result = await cluster.DrainAsync(full, new() { MaxParallelEvictions = 1 });
        await stop.CancelAsync();
        (List<string> order, int most) = await seen;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(5, result.Evicted);
        Assert.Equal(1, most);
        Assert.Equal(["api", "web"], order.Take(2).Order(StringComparer.Ordinal));
        Assert.Equal(["api", "web"], order.Skip(2).Take(2).Order(StringComparer.Ordinal));
        Assert.Equal("vital", order[4]);
    }

    // The apps of the pods that left the node, in the server's order, and how many were terminating concurrently.
    private static async Task<(List<string> Order, int Most)> WatchLeavingAsync(TestCluster cluster, string node, CancellationToken stop)
    {
        List<string> order = [];
        HashSet<string> leaving = [];
        int most = 0;
        try
        {
            await foreach (
                WatchEvent<Pod> change in cluster.Client.WatchAsync(
                    Resources.Pods,
                    new() { Namespace = cluster.Namespace, FieldSelector = "spec.nodeName=" + node },
                    stop
                )
            )
            {
                if (change.Type == WatchEventType.Synced)
                    continue;
                string uid = change.Object.Metadata.Uid!;
                if (change.Type == WatchEventType.Deleted)
                    leaving.Remove(uid);
                else if (change.Object.Metadata.DeletionTimestamp is not null && leaving.Add(uid))
                    order.Add(change.Object.Metadata.Labels!["app"]);
                most = Math.Max(most, leaving.Count);
            }
        }
        catch (OperationCanceledException)
        {
            // The drain is over.
        }

        return (order, most);
    }
}

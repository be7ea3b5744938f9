using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Core.Progress;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>What drain tests do again and again.</summary>
internal static class DrainRun
{
    public static async Task<NodeDrainResult> DrainAsync(
        this TestCluster cluster,
        string node,
        DrainOptions options,
        Listener? listener = null,
        CancellationToken cancellationToken = default
    ) => Assert.Single(await DrainAsync(await cluster.ConnectAsync(), [node], options, listener, cancellationToken));

    public static async Task<IReadOnlyList<NodeDrainResult>> DrainAsync(
        NodeManagerSession session,
        IReadOnlyList<string> nodes,
        DrainOptions options,
        Listener? listener = null,
        CancellationToken cancellationToken = default
    ) =>
        await NodeDrainer
            .DrainAsync(
                session,
                [.. nodes],
                options with
                {
                    Timeout = options.Timeout ?? Eventually.Limit,
                },
                listener ?? (IOperationObserver)NullObserver.Instance,
                cancellationToken
            )
            .ToListAsync(CancellationToken.None);

    /// <summary>A node with a workload on it, and another node that was not there when the pods were placed.</summary>
    public static async Task<(string Full, string Empty)> AddFullAndEmptyNodeAsync(
        this TestCluster cluster,
        string workload,
        int replicas,
        Action<JsonObject>? adjust = null
    )
    {
        string full = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync(workload, replicas, adjust);
        string empty = $"node-{cluster.Id}-empty";
        await cluster.CreateAsync(Resources.Nodes, Manifests.Node(empty, cluster.Mark));
        await cluster.WaitForAsync(
            Resources.Nodes,
            empty,
            n => n.Spec.Taints is null or [] && n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true
        );
        return (full, empty);
    }

    /// <summary>Cordons a node and waits until the scheduler knows: on a busy machine it may still send there what is to replace the first pods that leave.</summary>
    public static async Task CordonForSchedulerAsync(this TestCluster cluster, string node)
    {
        await cluster.CordonAsync(node);
        await Eventually.HoldsAsync(
            "the scheduler knows of the cordon",
            async () =>
            {
                string name = "probe-" + Guid.NewGuid().ToString("N")[..8];
                await cluster.CreateAsync(
                    Resources.Pods,
                    Manifests.Pod(name, null).PodSpec(new() { ["nodeSelector"] = new JsonObject { ["kubernetes.io/hostname"] = node } })
                );
                Pod probe = await cluster.WaitForAsync(
                    Resources.Pods,
                    name,
                    p =>
                        p.Spec.NodeName is not null
                        || p.Status.Conditions?.Exists(c => c is { Type: "PodScheduled", Status: "False" }) == true
                );
                await cluster.Client.DeleteAsync(Resources.Pods, name, cluster.Namespace, new() { GracePeriodSeconds = 0 }, default);
                return probe.Spec.NodeName is null;
            }
        );
    }

    public static Task WaitUntilCordonedAsync(this TestCluster cluster, string node) =>
        cluster.WaitForAsync(Resources.Nodes, node, n => n.Spec.Unschedulable == true);

    public static async Task<IReadOnlyList<string>> NodesOfReadyPodsAsync(this TestCluster cluster, string app, int count) =>
        [
            .. (await cluster.WaitForReadyPodsAsync("app=" + app, count))
                .Where(p => p.Metadata.DeletionTimestamp is null)
                .Select(p => p.Spec.NodeName!)
                .Distinct(),
        ];

    /// <summary>Runs something, and meanwhile counts again and again how many pods are ready and do not terminate.</summary>
    public static async Task<(T Result, IReadOnlyList<int> Counts)> CountReadyAsync<T>(
        this TestCluster cluster,
        string app,
        Func<Task<T>> run
    )
    {
        ConcurrentQueue<int> counts = new();
        using CancellationTokenSource done = new();
        Task counting = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                counts.Enqueue(
                    (await cluster.ListPodsAsync("app=" + app)).Count(p => TestCluster.IsReady(p) && p.Metadata.DeletionTimestamp is null)
                );
                await Task.Delay(20);
            }
        });
        T result = await run();
        await done.CancelAsync();
        await counting;
        return (result, [.. counts]);
    }

    public static string Describe(this NodeDrainResult result) =>
        $"{result.Status}: {result.Message} [{result.Pods}] [{result.Blockers}] [{result.Warnings}]";
}

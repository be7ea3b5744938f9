using System.Globalization;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Scheduling;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>The loads of nodes, read once for all: the pods' requests and the metrics.</summary>
internal sealed class NodeLoads
{
    // Completed pods use no resources; the server leaves them out.
    private const string NotFinished = "status.phase!=Succeeded,status.phase!=Failed";

    // Up to this number, nodes are requested one by one: for each list of one node's pods some servers scan all pods.
    private const int FewNodes = 4;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, (int Pods, Dictionary<string, decimal> Requested)> _requested;
    private readonly Dictionary<string, NodeMetrics>? _metrics;

    private NodeLoads(Dictionary<string, (int, Dictionary<string, decimal>)> requested, Dictionary<string, NodeMetrics>? metrics)
    {
        _requested = requested;
        _metrics = metrics;
    }

    public bool HasMetrics => _metrics is not null;

    public NodeLoad Of(string node)
    {
        (int pods, Dictionary<string, decimal>? requested) = _requested.GetValueOrDefault(node);
        return Of(pods, requested ?? [], _metrics?.GetValueOrDefault(node));
    }

    /// <summary>A load without metrics.</summary>
    /// <param name="pods">The active pods of the node.</param>
    public static NodeLoad Of(IEnumerable<Pod> pods)
    {
        int count = 0;
        var requested = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (Pod pod in pods)
        {
            count++;
            Add(pod, requested);
        }

        return Of(count, requested, metrics: null);
    }

    /// <param name="session">Its configuration enables or disables metrics.</param>
    /// <param name="nodes">Names of the nodes, or null for all.</param>
    /// <param name="observer">Warned once if there are no metrics.</param>
    public static async Task<NodeLoads> ReadAsync(
        NodeManagerSession session,
        IReadOnlyList<string>? nodes,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        KubernetesClient client = session.Connection().Client;
        bool few = nodes is { Count: > 0 and <= FewNodes };
        Task<Dictionary<string, NodeMetrics>?> metrics = session.Configuration.MetricsEnabled
            ? ReadMetricsAsync(client, few ? nodes! : [], observer, cancellationToken)
            : Task.FromResult<Dictionary<string, NodeMetrics>?>(null);
        var sums = new Dictionary<string, (int Pods, Dictionary<string, decimal> Requested)>(StringComparer.Ordinal);
        Task[] counting = few
            ? [.. nodes!.Select(n => AddPodsAsync(client, $"spec.nodeName={n},{NotFinished}", sums, cancellationToken))]
            : [AddAllPodsAsync(session.Connection(), sums, observer, cancellationToken)];
        await Task.WhenAll([.. counting, metrics]);
        return new(sums, await metrics);
    }

    // Usage of many nodes is often requested again soon, and plans need the same pods: the cluster's cache of them stays open for a while.
    private static async Task AddAllPodsAsync(
        ClusterConnection connection,
        Dictionary<string, (int Pods, Dictionary<string, decimal> Requested)> sums,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        const string Activity = "Counting what pods request";
        using CacheUse<Pod> pods = connection.Caches().Open(ClusterPods.Type, new());
        bool isTold = false;
        while (!pods.Cache.Synced.IsCompleted)
        {
            await connection.Time.WaitForChangeAsync([pods.Cache.Synced], ProgressInterval, cancellationToken);
            bool isLast = pods.Cache.Synced.IsCompleted;
            if (isLast && !isTold)
                break;
            observer.Progress(new(Activity, Activity, pods.Cache.Count.ToString(CultureInfo.InvariantCulture), Completed: isLast));
            isTold = true;
        }

        await pods.Cache.Synced;
        foreach (Pod pod in pods.Cache.Items.Where(static pod => !pod.IsFinished()))
            Add(pod, sums);
    }

    private static async Task AddPodsAsync(
        KubernetesClient client,
        string fieldSelector,
        Dictionary<string, (int Pods, Dictionary<string, decimal> Requested)> sums,
        CancellationToken cancellationToken
    )
    {
        KubernetesList<Pod> list = await client.ListAsync(ClusterPods.Type, new() { FieldSelector = fieldSelector }, cancellationToken);
        // Lists of several nodes' pods arrive concurrently.
        lock (sums)
        {
            foreach (Pod pod in list.Items)
                Add(pod, sums);
        }
    }

    private static NodeLoad Of(int pods, Dictionary<string, decimal> requested, NodeMetrics? metrics)
    {
        requested[ResourceAmounts.Pods] = pods;
        return new(pods, requested, metrics);
    }

    private static void Add(Pod pod, Dictionary<string, decimal> requested)
    {
        foreach ((string name, decimal amount) in PodRequests.Of(pod))
            requested[name] = requested.GetValueOrDefault(name) + amount;
    }

    private static void Add(Pod pod, Dictionary<string, (int Pods, Dictionary<string, decimal> Requested)> sums)
    {
        if (pod.Spec.NodeName is not { Length: > 0 } node)
            return;
        (int pods, Dictionary<string, decimal>? requested) = sums.GetValueOrDefault(node);
        requested ??= new(StringComparer.Ordinal);
        Add(pod, requested);
        sums[node] = (pods + 1, requested);
    }

    private static async Task<Dictionary<string, NodeMetrics>?> ReadMetricsAsync(
        KubernetesClient client,
        IReadOnlyList<string> nodes,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await MetricsReader.ReadAsync(client, nodes, cancellationToken);
        }
        catch (KubernetesException refused) when (MetricsReader.IsAbsence(refused))
        {
            observer.Warning($"The metrics API is unavailable; Usage is empty: {refused.Message}");
            return null;
        }
    }
}

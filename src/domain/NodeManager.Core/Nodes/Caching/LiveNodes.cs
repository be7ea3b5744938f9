using NodeManager.Controllers.Caching;
using NodeManager.Core.Errors;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Core.Nodes.Caching;

/// <summary>
/// All nodes of a cluster with their loads, kept current by the session's caches: reading sends no request. Metrics have no watch and are
/// polled, however many readers there are. Thread-safe.
/// </summary>
public sealed class LiveNodes(NodeManagerSession session) : IDisposable
{
    /// <summary>How often metrics are read. Metrics servers measure about every 15 seconds.</summary>
    public static readonly TimeSpan MetricsInterval = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _opening = new(1);
    private readonly Lock _gate = new();

    // Mapped nodes, until the node, its pods or its metrics change.
    private readonly Dictionary<string, (Node Node, ClusterNode Mapped)> _mapped = new(StringComparer.Ordinal);

    // The loads without metrics, until the node or its pods change: the metrics of all nodes change every half minute.
    private readonly Dictionary<string, NodeLoad> _loads = new(StringComparer.Ordinal);
    private Dictionary<string, NodeMetrics>? _metrics;
    private volatile LiveNodeCaches? _caches;

    /// <summary>
    /// Raised with the name of a node whose state, load or metrics changed, or that was added or deleted. Handlers return immediately.
    /// </summary>
    public event Action<string>? Changed;

    /// <summary>False while a watch is interrupted: the data may be stale.</summary>
    public bool IsCurrent => _caches is { IsCurrent: true };

    /// <summary>The number of known nodes.</summary>
    public int Count => _caches?.Nodes.Count ?? 0;

    /// <summary>Waits until all nodes and pods are known. Opens the caches if none are open, or if they failed.</summary>
    /// <exception cref="NodeManagerException">The server refuses the lists, or cannot be reached.</exception>
    public Task ReadyAsync(CancellationToken cancellationToken) =>
        _caches is { IsReadable: true }
            ? Task.CompletedTask
            : ClusterOperation.RunAsync(
                session,
                null,
                async (connection, token) =>
                {
                    await OpenAsync(connection, token);
                    return true;
                },
                cancellationToken
            );

    /// <summary>Polls the metrics until cancelled. Clusters without metrics are polled too: metrics may be installed later.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (session.State == NodeManagerSessionState.Connected)
        {
            await ReadMetricsAsync(cancellationToken);
            await Task.Delay(MetricsInterval, session.Time(), cancellationToken);
        }
    }

    /// <summary>All nodes by name, with usage. <see cref="ClusterNode.ObservedAt"/> is when the node was last mapped.</summary>
    /// <exception cref="InvalidOperationException"><see cref="ReadyAsync"/> has not completed.</exception>
    public IReadOnlyList<ClusterNode> List()
    {
        LiveNodeCaches caches = Caches();
        lock (_gate)
            return [.. caches.Nodes.Items.Select(node => Map(caches, node)).OrderBy(static node => node.Name, StringComparer.Ordinal)];
    }

    /// <summary>Null if there is no node of the name.</summary>
    /// <exception cref="InvalidOperationException"><see cref="ReadyAsync"/> has not completed.</exception>
    public ClusterNode? Find(string name)
    {
        LiveNodeCaches caches = Caches();
        lock (_gate)
            return caches.Nodes.Find(null, name) is { } node ? Map(caches, node) : null;
    }

    /// <summary>The namespaces of the pods that a drain of this node would evict, and possibly others.</summary>
    /// <exception cref="InvalidOperationException"><see cref="ReadyAsync"/> has not completed.</exception>
    public IReadOnlyList<string> NamespacesOn(string name) =>
        [
            .. Caches()
                .AllPodsOf(name)
                .Where(static pod =>
                    pod.Metadata.OwnerReferences?.Any(owner =>
                        owner.Controller == true && (owner.Kind == "Node" || (owner.Kind == "DaemonSet" && !pod.IsFinished()))
                    ) != true
                )
                .Select(static pod => pod.Metadata.Namespace ?? "")
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Pods on a node whose <c>namespace/name</c> contains a text, by name; those whose name begins with it come first.</summary>
    /// <exception cref="InvalidOperationException"><see cref="ReadyAsync"/> has not completed.</exception>
    public IReadOnlyList<(string Namespace, string Name, string Node)> FindPods(string text, int limit) =>
        [
            .. Caches()
                .Pods.Select(static pod => (Namespace: pod.Metadata.Namespace ?? "", pod.Metadata.Name, Node: pod.Spec.NodeName ?? ""))
                .Where(pod => pod.Node.Length > 0 && $"{pod.Namespace}/{pod.Name}".Contains(text, StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(pod => pod.Name.StartsWith(text, StringComparison.OrdinalIgnoreCase))
                .ThenBy(static pod => pod.Name, StringComparer.Ordinal)
                .ThenBy(static pod => pod.Namespace, StringComparer.Ordinal)
                .Take(limit),
        ];

    /// <summary>The totals of all nodes.</summary>
    /// <exception cref="InvalidOperationException"><see cref="ReadyAsync"/> has not completed.</exception>
    public ClusterStatistic Sum() => StatisticSum.Of(session, NodeGrouping.Parse(null), List(), _metrics is not null)[0];

    public NodeManagerException Missing(string name) => ErrorTranslator.NodeNotFound(name, session.Cluster);

    public void Dispose()
    {
        _caches?.Dispose();
        _opening.Dispose();
    }

    private LiveNodeCaches Caches() => _caches ?? throw new InvalidOperationException("The nodes are not known yet.");

    private async Task OpenAsync(ClusterConnection connection, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_caches is { IsReadable: true })
                return;
            // Failed caches keep their last data, which is read until the new ones are in sync.
            LiveNodeCaches? failed = _caches;
            var opened = new LiveNodeCaches(connection.Caches(), Invalidate);
            try
            {
                await Task.WhenAll(opened.Synced, _metrics is null ? ReadMetricsAsync(cancellationToken) : Task.CompletedTask)
                    .WaitAsync(cancellationToken);
            }
            catch
            {
                opened.Dispose();
                throw;
            }

            lock (_gate)
            {
                _mapped.Clear();
                _loads.Clear();
            }

            _caches = opened;
            // Nodes deleted while there was no watch: the new one reports existing nodes only.
            foreach (Node deleted in failed?.Nodes.Items.Where(node => opened.Nodes.Find(null, node.Metadata.Name) is null) ?? [])
                Invalidate(deleted.Metadata.Name);
            failed?.Dispose();
        }
        finally
        {
            _opening.Release();
        }
    }

    private ClusterNode Map(LiveNodeCaches caches, Node node)
    {
        string name = node.Metadata.Name;
        if (_mapped.TryGetValue(name, out (Node Node, ClusterNode Mapped) known) && ReferenceEquals(known.Node, node))
            return known.Mapped;
        if (!_loads.TryGetValue(name, out NodeLoad? load))
            _loads[name] = load = NodeLoads.Of(caches.PodsOf(name));
        ClusterNode mapped = NodeMapper.Map(
            node,
            session,
            session.Time().GetUtcNow(),
            load with
            {
                Metrics = _metrics?.GetValueOrDefault(name),
            }
        );
        _mapped[name] = (node, mapped);
        return mapped;
    }

    private void Invalidate(string node)
    {
        lock (_gate)
            _loads.Remove(node);
        InvalidateUsage(node);
    }

    private void InvalidateUsage(string node)
    {
        lock (_gate)
            _mapped.Remove(node);
        Changed?.Invoke(node);
    }

    private async Task ReadMetricsAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, NodeMetrics>? now = null;
        try
        {
            if (session.Configuration.MetricsEnabled)
                now = await MetricsReader.ReadAsync(session.Connection().Client, [], cancellationToken);
        }
        catch (Exception refused)
            when (refused is KubernetesException or HttpRequestException or NodeManagerException or ObjectDisposedException)
        {
            // Without metrics there is no usage.
        }

        Dictionary<string, NodeMetrics>? before = _metrics;
        _metrics = now;
        foreach (string node in (before?.Keys ?? Enumerable.Empty<string>()).Union(now?.Keys ?? Enumerable.Empty<string>()))
            if (before?.GetValueOrDefault(node)?.Timestamp != now?.GetValueOrDefault(node)?.Timestamp)
                InvalidateUsage(node);
    }
}

internal sealed class LiveNodeCaches : IDisposable
{
    private readonly CacheUse<Node> _nodes;
    private readonly CacheUse<Pod> _pods;
    private readonly IDisposable _ofNodes,
        _ofPods;

    /// <param name="changed">Receives the name of a changed node.</param>
    public LiveNodeCaches(ObjectCaches caches, Action<string> changed)
    {
        _nodes = caches.Open(Resources.Nodes, new());
        // All pods, as the monitor of the nodes: with another selection, a server would list and keep them twice.
        _pods = caches.Open(ClusterPods.Type, new());
        _ofNodes = Nodes.Subscribe(change => changed(change.Object.Metadata.Name));
        _ofPods = _pods.Cache.Subscribe(change =>
        {
            if (change.Object.Spec.NodeName is { Length: > 0 } node)
                changed(node);
        });
    }

    public ObjectCache<Node> Nodes => _nodes.Cache;

    public Task Synced => Task.WhenAll(Nodes.Synced, _pods.Cache.Synced);

    /// <summary>True when the nodes are complete, and changes are reported.</summary>
    public bool IsReadable => Nodes.IsCurrent && _pods.Cache.IsCurrent;

    /// <summary>True if readable, and no watch is interrupted.</summary>
    public bool IsCurrent => IsReadable && Nodes.Watch.IsConnected && _pods.Cache.Watch.IsConnected;

    /// <summary>All pods, finished ones included.</summary>
    public IEnumerable<Pod> Pods => _pods.Cache.Items;

    /// <summary>The active pods of a node.</summary>
    public IEnumerable<Pod> PodsOf(string node) => AllPodsOf(node).Where(static pod => !pod.IsFinished());

    /// <summary>The pods of a node, finished ones included.</summary>
    public IEnumerable<Pod> AllPodsOf(string node) => _pods.Cache.FindAll(PodIndexes.ByNode, node);

    public void Dispose()
    {
        _ofNodes.Dispose();
        _ofPods.Dispose();
        _nodes.Dispose();
        _pods.Dispose();
    }
}

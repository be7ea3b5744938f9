using NodeManager.Controllers.Caching;
using NodeManager.Core.Health.Checks;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Monitoring;

/// <summary>The nodes that a watch looks at, from the session's shared caches: what changed since the last look, and what is found on a node now.</summary>
internal sealed class MonitoredNodes : IDisposable
{
    private static readonly ObjectIndex<Event> ByNode = new(static one => NodeOf(one) is { Length: > 0 } node ? [node] : []);

    private readonly Lock _lock = new();
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _quiet = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly HealthScope _scope;
    private readonly Action _wake;
    private readonly CacheUse<Node> _nodes;
    private readonly CacheUse<Pod> _pods;
    private readonly CacheUse<Event>[] _events;
    private readonly List<IDisposable> _subscriptions = [];

    /// <param name="connection">Where.</param>
    /// <param name="scope">Which nodes.</param>
    /// <param name="wake">Called, from any thread, when something changed.</param>
    public MonitoredNodes(ClusterConnection connection, HealthScope scope, Action wake)
    {
        _scope = scope;
        _wake = wake;
        ObjectCaches caches = connection.Caches();
        _nodes = caches.Open(Resources.Nodes, new());
        _pods = caches.Open(ClusterPods.Type, new());
        _events =
        [
            caches.Open(Resources.Events, new() { FieldSelector = FieldSelector.Equal("involvedObject.kind", "Node") }),
            caches.Open(Resources.Events, new() { FieldSelector = FieldSelector.Equal("reason", KubeletEventRules.Evicted) }),
        ];
        Watch.Changed += wake;
    }

    /// <summary>Whether the nodes are known at all.</summary>
    public WatchState Watch => _nodes.Cache.Watch;

    /// <summary>Why the nodes cannot be watched any more; null while they can.</summary>
    public Exception? Failure => _nodes.Cache.Failed.Exception?.GetBaseException();

    public int Count => _nodes.Cache.Count;

    /// <summary>The names of all nodes that are selected.</summary>
    public IReadOnlyList<string> Names => [.. _nodes.Cache.Items.Where(_scope.Selects).Select(static node => node.Metadata.Name)];

    /// <summary>Waits until all is known that may be read, and follows it from there.</summary>
    public async Task StartAsync(IOperationObserver observer, CancellationToken cancellationToken)
    {
        await _nodes.Cache.Synced.WaitAsync(cancellationToken);
        _subscriptions.Add(_nodes.Cache.Subscribe(MarkChange));
        if (await IsKnownAsync(_pods.Cache.Synced, "Pods", observer, cancellationToken))
            _subscriptions.Add(_pods.Cache.Subscribe(change => Mark(change.Object.Spec.NodeName)));
        // One warning is enough for both.
        bool areKnown = true;
        foreach (CacheUse<Event> events in _events)
        {
            areKnown = await IsKnownAsync(events.Cache.Synced, "Events", areKnown ? observer : NullObserver.Instance, cancellationToken);
            if (areKnown)
                _subscriptions.Add(events.Cache.Subscribe(change => Mark(NodeOf(change.Object))));
        }
    }

    /// <summary>The names of the nodes around which something changed since the last call.</summary>
    public IReadOnlyList<string> TakeChanged()
    {
        lock (_lock)
        {
            string[] changed = [.. _changed];
            _changed.Clear();
            return changed;
        }
    }

    /// <summary>Reads all nodes from the server: the watch has been silent.</summary>
    /// <returns>How many there are.</returns>
    public static async Task<int> CatchUpAsync(ClusterConnection connection, CancellationToken cancellationToken)
    {
        using CacheUse<Node> use = connection.Caches().Open(Resources.Nodes, new());
        await use.CatchUpAsync(cancellationToken);
        return use.Cache.Count;
    }

    /// <summary>Looks at a node.</summary>
    /// <param name="name">Of the node.</param>
    /// <param name="now">The time.</param>
    /// <param name="server">The control plane's version.</param>
    /// <param name="leases">What is known of Leases.</param>
    /// <returns>What is found; null for a node that is gone or not selected. The UID of another node that had the name before.</returns>
    public (NodeLook? Look, string? Former) Look(string name, DateTimeOffset now, string server, NodeLeaseTracker leases)
    {
        Known? known = _known.GetValueOrDefault(name);
        if (_nodes.Cache.Find(null, name) is not { } node || !_scope.Selects(node))
        {
            _known.Remove(name);
            SetQuiet(name, false);
            return (null, known?.Uid);
        }

        string uid = node.Metadata.Uid ?? name;
        string? former = known is not null && known.Uid != uid ? known.Uid : null;
        bool isFirst = known is null || former is not null;
        if (known is null || isFirst)
            _known[name] = known = new(uid);
        known.Note(node.Status.Conditions.Find("Ready")?.Status, now);
        HealthInput input = new()
        {
            Node = node,
            Session = _scope.Session,
            Now = now,
            Lease = leases.Find(name),
            LeaseSeenRenewedAt = leases.RenewedAt(name, now),
            Pods = _pods.Cache.IsCurrent ? _pods.Cache.FindAll(PodIndexes.ByNode, name) : [],
            Events = [.. _events.Where(static use => use.Cache.IsCurrent).SelectMany(use => use.Cache.FindAll(ByNode, name))],
            BecameNotReadyAt = known.BecameNotReadyAt,
            ServerVersion = server,
        };
        IReadOnlyList<NodeFinding> findings = HealthRules.Judge(input);
        SetQuiet(name, findings.Count == 0 && input.Lease is not null);
        return (new(uid, node, findings, isFirst, ExpiryRules.Next(input), ExpiryRules.DependsOnTime(input, findings)), former);
    }

    public void Dispose()
    {
        Watch.Changed -= _wake;
        foreach (IDisposable subscription in _subscriptions)
            subscription.Dispose();
        _nodes.Dispose();
        _pods.Dispose();
        foreach (CacheUse<Event> events in _events)
            events.Dispose();
    }

    private static string? NodeOf(Event one) =>
        one.InvolvedObject.Kind == "Node" ? one.InvolvedObject.Name : one.Source?.Host ?? one.ReportingInstance;

    private static async Task<bool> IsKnownAsync(Task synced, string what, IOperationObserver observer, CancellationToken cancellationToken)
    {
        try
        {
            await synced.WaitAsync(cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            observer.Warning($"{what} cannot be read, and findings that need them are not reported: {failure.Message}");
            return false;
        }
    }

    // Kubelets report every five minutes although nothing has changed: of thousands, some do every moment. From a node that has findings, or is not known to
    // have a Lease, each sign counts.
    private void MarkChange(ObjectChange<Node> change)
    {
        string name = change.Object.Metadata.Name;
        if (change.Before is { } before && NodeHeartbeat.IsOnly(before, change.Object))
        {
            lock (_lock)
                if (_quiet.Contains(name))
                    return;
        }

        Mark(name);
    }

    private void SetQuiet(string node, bool isQuiet)
    {
        lock (_lock)
        {
            if (isQuiet)
                _quiet.Add(node);
            else
                _quiet.Remove(node);
        }
    }

    private void Mark(string? node)
    {
        if (string.IsNullOrEmpty(node))
            return;
        bool isNew;
        lock (_lock)
            isNew = _changed.Add(node) && _changed.Count == 1;
        if (isNew)
            _wake();
    }

    private sealed class Known(string uid)
    {
        private readonly List<DateTimeOffset> _became = [];
        private bool? _wasReady;

        public string Uid { get; } = uid;

        public IReadOnlyList<DateTimeOffset> BecameNotReadyAt => _became;

        public void Note(string? ready, DateTimeOffset now)
        {
            bool isReady = ready == "True";
            if (_wasReady == true && !isReady)
                _became.Add(now);
            _wasReady = isReady;
            _became.RemoveAll(at => now - at > HealthThresholds.Default.FlapWindow);
        }
    }
}

/// <summary>What was found on a node.</summary>
/// <param name="Uid">The node's.</param>
/// <param name="Node">As it was then; read only.</param>
/// <param name="Findings">The worst first.</param>
/// <param name="IsFirst">It was not looked at before.</param>
/// <param name="NextAt">When to look again even if nothing changes; null: no such moment.</param>
/// <param name="DependsOnTime">Whether to look again now and then even if nothing changes.</param>
internal sealed record NodeLook(
    string Uid,
    Node Node,
    IReadOnlyList<NodeFinding> Findings,
    bool IsFirst,
    DateTimeOffset? NextAt,
    bool DependsOnTime
);

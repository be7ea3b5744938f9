using NodeManager.Controllers.Caching;
using NodeManager.Core.Health.Checks;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Monitoring;

/// <summary>The watched nodes from the session's shared caches: their changes since the last call, and their current findings.</summary>
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

    /// <param name="wake">Called, from any thread, after a change.</param>
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

    public WatchState Watch => _nodes.Cache.Watch;

    /// <summary>Why the nodes cannot be watched any more; null while they can.</summary>
    public Exception? Failure => _nodes.Cache.Failed.Exception?.GetBaseException();

    public IReadOnlyList<string> Names => [.. _nodes.Cache.Items.Where(_scope.Selects).Select(static node => node.Metadata.Name)];

    /// <summary>Waits for all readable data, and follows it.</summary>
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

    /// <summary>The names of the nodes with changes since the last call.</summary>
    public IReadOnlyList<string> TakeChanged()
    {
        lock (_lock)
        {
            string[] changed = [.. _changed];
            _changed.Clear();
            return changed;
        }
    }

    /// <summary>Relists all nodes because the watch was silent.</summary>
    /// <returns>The number of nodes.</returns>
    public static async Task<int> CatchUpAsync(ClusterConnection connection, CancellationToken cancellationToken)
    {
        using CacheUse<Node> use = connection.Caches().Open(Resources.Nodes, new());
        await use.CatchUpAsync(cancellationToken);
        return use.Cache.Count;
    }

    /// <summary>Evaluates a node.</summary>
    /// <param name="server">The control plane's version.</param>
    /// <param name="leases">The known Leases.</param>
    /// <returns>Null for a node that is deleted or not selected. Former: the UID of the previous node of the name.</returns>
    public (NodeEvaluation? Evaluation, string? Former) Evaluate(string name, DateTimeOffset now, string server, NodeLeaseTracker leases)
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
        known.Record(node.Status.Conditions.Find("Ready")?.Status, now);
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

    // Kubelets report every five minutes without a change: of thousands, some do every moment. For a node with findings, or without a known
    // Lease, each report counts.
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

        public void Record(string? ready, DateTimeOffset now)
        {
            bool isReady = ready == "True";
            if (_wasReady == true && !isReady)
                _became.Add(now);
            _wasReady = isReady;
            _became.RemoveAll(at => now - at > HealthThresholds.Default.FlapWindow);
        }
    }
}

/// <summary>The evaluation of a node.</summary>
/// <param name="Node">As evaluated; read only.</param>
/// <param name="IsFirst">True for its first evaluation.</param>
/// <param name="NextAt">The next evaluation without a change; null: none.</param>
/// <param name="DependsOnTime">True if periodic evaluations are needed without a change.</param>
internal sealed record NodeEvaluation(
    string Uid,
    Node Node,
    IReadOnlyList<NodeFinding> Findings,
    bool IsFirst,
    DateTimeOffset? NextAt,
    bool DependsOnTime
);

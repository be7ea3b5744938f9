using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Controllers.Caching;

/// <summary>
/// The caches of a session (client-go: shared informer factory): one list and watch per kind and selection, closed some time after its last
/// user. A cache with a failed watch is replaced for the next user. Thread-safe.
/// </summary>
public sealed class ObjectCaches(KubernetesClient client, ILogger logger) : IDisposable
{
    /// <summary>How long a cache without users stays open.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    // The interval of lists for a user without the watch verb.
    private static readonly TimeSpan RelistInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<CacheKey, CacheRunner> _runners = [];
    private bool _isDisposed;

    /// <summary>Open caches, with or without users.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _runners.Count;
        }
    }

    /// <summary>Opens or joins the cache of a kind and selection.</summary>
    /// <param name="what">
    /// Namespace, selectors, and whether equal parts are shared, which a cache of all objects always does; other options are ignored.
    /// </param>
    public CacheUse<T> Open<T>(ResourceType<T> type, ListOptions what)
        where T : KubernetesObject
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            CacheKey key = new(type, what.Namespace, what.LabelSelector, what.FieldSelector);
            bool isNew = false;
            if (!_runners.TryGetValue(key, out CacheRunner? runner) || runner.HasFailed)
            {
                runner?.Dispose();
                ListOptions options = new()
                {
                    Namespace = what.Namespace,
                    LabelSelector = what.LabelSelector,
                    FieldSelector = what.FieldSelector,
                    RelistInterval = RelistInterval,
                    // Sharing does not pay off for few objects.
                    SharesParts = what.SharesParts || key == WholeOf(type),
                };
                _runners[key] = runner = new CacheRunner<T>(client, type, options, logger);
                isNew = true;
            }

            return Join((CacheRunner<T>)runner, key, isNew);
        }
    }

    /// <summary>Opens or joins the caches with the objects of these nodes; see <see cref="NodeScope{T}"/>.</summary>
    public NodeCaches<T> Open<T>(NodeScope<T> scope, IReadOnlyCollection<string> nodes)
        where T : KubernetesObject
    {
        lock (_lock)
        {
            bool isWhole = IsOpen(scope.Type) || CountWith(scope, nodes) > NodeScope<T>.Limit;
            return new(nodes.Distinct().ToDictionary(static node => node, node => Open(scope.Type, isWhole ? new() : scope.Of(node))));
        }
    }

    /// <summary>Opens the cache of a namespace, or the cluster's where the namespace is null or that cache is open already.</summary>
    /// <remarks>For users that tolerate objects of other namespaces.</remarks>
    public CacheUse<T> OpenWithin<T>(ResourceType<T> type, string? ns)
        where T : KubernetesObject
    {
        lock (_lock)
            return Open(type, new() { Namespace = IsOpen(type) ? null : ns });
    }

    /// <summary>Joins the cluster's cache of a kind if one is open and current; null otherwise.</summary>
    public CacheUse<T>? JoinOpen<T>(ResourceType<T> type)
        where T : KubernetesObject
    {
        lock (_lock)
            return
                _runners.TryGetValue(WholeOf(type), out CacheRunner? runner) && runner is CacheRunner<T> { Cache.IsCurrent: true } current
                ? Join(current, WholeOf(type), isNew: false)
                : null;
    }

    /// <summary>Closes all caches. Pending waits fail with an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        CacheRunner[] runners;
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            runners = [.. _runners.Values];
            _runners.Clear();
        }

        foreach (CacheRunner runner in runners)
            runner.Dispose();
    }

    private static CacheKey WholeOf<T>(ResourceType<T> type)
        where T : KubernetesObject => new(type, null, null, null);

    private bool IsOpen<T>(ResourceType<T> type)
        where T : KubernetesObject => _runners.TryGetValue(WholeOf(type), out CacheRunner? runner) && !runner.HasFailed;

    // The number of per-node watches after these nodes are added. Unused caches are closed first.
    private int CountWith<T>(NodeScope<T> scope, IReadOnlyCollection<string> nodes)
        where T : KubernetesObject
    {
        HashSet<CacheKey> wanted = [.. nodes.Select(node => Key(scope.Of(node)))];
        List<CacheKey> others =
        [
            .. _runners.Keys.Where(key => scope.Type.Equals(key.Type) && scope.IsOfOneNode(key.Selection) && !wanted.Contains(key)),
        ];
        foreach (CacheKey idle in others.Where(key => _runners[key].Users == 0).ToList())
        {
            if (others.Count + wanted.Count <= NodeScope<T>.Limit)
                break;
            others.Remove(idle);
            if (_runners.Remove(idle, out CacheRunner? runner))
                runner.Dispose();
        }

        return others.Count + wanted.Count;

        CacheKey Key(ListOptions what) => new(scope.Type, what.Namespace, what.LabelSelector, what.FieldSelector);
    }

    private CacheUse<T> Join<T>(CacheRunner<T> runner, CacheKey key, bool isNew)
        where T : KubernetesObject
    {
        runner.Enter();
        return new(runner.Cache, isNew ? null : runner.ListAsync, () => Release(runner, key));
    }

    private void Release(CacheRunner runner, CacheKey key)
    {
        lock (_lock)
        {
            if (runner.RemoveUser() && !_isDisposed)
                runner.StartLinger(client.Time, IdleTimeout, () => CloseUnused(runner, key));
        }
    }

    private void CloseUnused(CacheRunner runner, CacheKey key)
    {
        lock (_lock)
        {
            if (runner.Users > 0 || _isDisposed)
                return;
            if (_runners.GetValueOrDefault(key) == runner)
                _runners.Remove(key);
        }

        runner.Dispose();
    }

    private sealed record CacheKey(object Type, string? Namespace, string? LabelSelector, string? FieldSelector)
    {
        public ListOptions Selection =>
            new()
            {
                Namespace = Namespace,
                LabelSelector = LabelSelector,
                FieldSelector = FieldSelector,
            };
    }
}

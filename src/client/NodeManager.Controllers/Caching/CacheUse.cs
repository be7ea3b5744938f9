using NodeManager.Kubernetes.Models;

namespace NodeManager.Controllers.Caching;

/// <summary>One user's hold on a shared cache. The cache stays open as long as any user has not disposed of theirs.</summary>
public sealed class CacheUse<T> : IDisposable
    where T : KubernetesObject
{
    private readonly Func<CancellationToken, Task<KubernetesList<T>>>? _list;
    private Action? _end;

    /// <param name="cache">Shared with others.</param>
    /// <param name="list">Reads what the cache has from the server; null for the user that opened the cache, whose list is as new.</param>
    /// <param name="end">Called once.</param>
    internal CacheUse(ObjectCache<T> cache, Func<CancellationToken, Task<KubernetesList<T>>>? list, Action end)
    {
        Cache = cache;
        _list = list;
        _end = end;
    }

    public ObjectCache<T> Cache { get; }

    /// <summary>
    /// Makes sure that the cache is complete and no older than this use of it. A watch lags behind the server, for seconds where it was cut: one
    /// list makes up for that where the cache was open before.
    /// </summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        if (_list is not null)
            Cache.Relist(await _list(cancellationToken));
        await Cache.Synced.WaitAsync(cancellationToken);
    }

    /// <summary>Safe to call again.</summary>
    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}

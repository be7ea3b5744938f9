namespace NodeManager.Controllers.Caching;

/// <summary>A user's handle of a shared cache, which stays open until all users have disposed of theirs.</summary>
public sealed class CacheUse<T> : IDisposable
    where T : KubernetesObject
{
    private readonly Func<CancellationToken, Task<KubernetesList<T>>>? _list;
    private Action? _end;

    /// <param name="list">Reads the objects from the server; null for the user that opened the cache, whose list is current.</param>
    /// <param name="end">Called once.</param>
    internal CacheUse(ObjectCache<T> cache, Func<CancellationToken, Task<KubernetesList<T>>>? list, Action end)
    {
        Cache = cache;
        _list = list;
        _end = end;
    }

    public ObjectCache<T> Cache { get; }

    /// <summary>
    /// Waits until the cache is complete and no older than this handle. A watch may lag by seconds after a disconnect; joining an open
    /// cache therefore lists once.
    /// </summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        if (_list is not null)
            Cache.Relist(await _list(cancellationToken));
        await Cache.Synced.WaitAsync(cancellationToken);
    }

    /// <summary>Idempotent.</summary>
    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}

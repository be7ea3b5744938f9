using NodeManager.Kubernetes.Models;

namespace NodeManager.Controllers.Caching;

/// <summary>One user's hold on a shared cache. The cache stays open as long as any user has not disposed of theirs.</summary>
public sealed class CacheUse<T> : IDisposable
    where T : KubernetesObject
{
    private Action? _end;

    internal CacheUse(ObjectCache<T> cache, Action end)
    {
        Cache = cache;
        _end = end;
    }

    public ObjectCache<T> Cache { get; }

    /// <summary>Safe to call again.</summary>
    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}

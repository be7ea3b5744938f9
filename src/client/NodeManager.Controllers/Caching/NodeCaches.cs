namespace NodeManager.Controllers.Caching;

/// <summary>A user's handle of the caches of several nodes' objects.</summary>
public sealed class NodeCaches<T> : IDisposable
    where T : KubernetesObject
{
    private readonly IReadOnlyDictionary<string, CacheUse<T>> _uses;

    internal NodeCaches(IReadOnlyDictionary<string, CacheUse<T>> uses) => _uses = uses;

    /// <summary>The cache with this node's objects, which may hold other nodes' objects too.</summary>
    public ObjectCache<T> Of(string node) => _uses[node].Cache;

    /// <summary>Null for a node outside this handle.</summary>
    public ObjectCache<T>? Find(string node) => _uses.GetValueOrDefault(node)?.Cache;

    /// <inheritdoc cref="CacheUse{T}.CatchUpAsync"/>
    public Task CatchUpAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_uses.Values.Select(use => use.CatchUpAsync(cancellationToken)));

    public void Dispose()
    {
        foreach (CacheUse<T> use in _uses.Values)
            use.Dispose();
    }
}

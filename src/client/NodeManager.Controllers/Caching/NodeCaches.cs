using NodeManager.Kubernetes.Models;

namespace NodeManager.Controllers.Caching;

/// <summary>One user's hold on the caches of some nodes' objects.</summary>
public sealed class NodeCaches<T> : IDisposable
    where T : KubernetesObject
{
    private readonly IReadOnlyDictionary<string, CacheUse<T>> _uses;

    internal NodeCaches(IReadOnlyDictionary<string, CacheUse<T>> uses) => _uses = uses;

    /// <summary>The cache that has the objects of this node, and maybe those of others.</summary>
    public ObjectCache<T> Of(string node) => _uses[node].Cache;

    /// <summary>The same; null for a node that was not asked for.</summary>
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

using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.NodePools.Updates.Options;
using NodeManager.NodePools.Updates.Records;
using NodeManager.Runs;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>What all parts of one update share, wherever its pool is kept. Its caches are the session's.</summary>
internal class RollScope : IDisposable
{
    private readonly CacheUse<Node> _nodes;
    private readonly CacheUse<ConfigMap> _maps;
    private readonly string _map;

    public RollScope(RunScope scope, PoolUpdateRequest request)
    {
        Scope = scope;
        Request = request;
        _map = RollLayout.NameOf(request.Pool, request.Service is not null);
        ObjectCaches caches = scope.Connection.Caches();
        _nodes = caches.Open(Resources.Nodes, new());
        _maps = caches.Open(Resources.ConfigMaps, new() { Namespace = request.Namespace, FieldSelector = $"metadata.name={_map}" });
    }

    public RunScope Scope { get; }

    public PoolUpdateRequest Request { get; }

    public string Key => "pool/" + Request.Pool;

    public IEnumerable<Node> Nodes => _nodes.Cache.Items;

    /// <summary>The requests of users for an update. The cache may still have what they wanted of the pool's former one.</summary>
    public RollControl ControlOf(string id) =>
        _maps.Cache.Find(Request.Namespace, _map) is { } map && map.Data?.GetValueOrDefault(RollLayout.IdKey) == id
            ? RollControl.Read(map)
            : RollControl.None;

    public Node? FindNode(string name) => _nodes.Cache.Find(null, name);

    /// <summary>Whether another operation than the update works on the node.</summary>
    public bool IsBusy(Node? node, string update) => node is not null && Scope.Connection.FindOther(node, update) is not null;

    /// <summary>Makes sure that nothing is older than now.</summary>
    public virtual Task CatchUpAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_nodes.CatchUpAsync(cancellationToken), _maps.CatchUpAsync(cancellationToken));

    /// <summary>End with the next change, and when a cache has failed.</summary>
    public virtual IReadOnlyList<Task> Changed() => [_nodes.Cache.Changed(), _maps.Cache.Changed()];

    /// <summary>Fails where something cannot be watched any more.</summary>
    public void ThrowIfFailed()
    {
        foreach (Task failed in Failures())
        {
            if (failed.IsFaulted)
                failed.GetAwaiter().GetResult();
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual IReadOnlyList<Task> Failures() => [_nodes.Cache.Failed, _maps.Cache.Failed];

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _nodes.Dispose();
        _maps.Dispose();
    }
}

using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Runs;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>The state shared by all parts of one update, for both providers. Its caches are the session's.</summary>
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

    /// <summary>The users' requests for an update. The cache may still have those of the previous update of the pool.</summary>
    public RollControl ControlOf(string id) =>
        _maps.Cache.Find(Request.Namespace, _map) is { } map && map.Data?.GetValueOrDefault(RollLayout.IdKey) == id
            ? RollControl.Read(map)
            : RollControl.None;

    public Node? FindNode(string name) => _nodes.Cache.Find(null, name);

    /// <summary>True if another operation has locked the node.</summary>
    public bool IsBusy(Node? node, string update) => node is not null && Scope.Connection.FindOther(node, update) is not null;

    /// <summary>Waits until nothing is older than this call.</summary>
    public virtual Task CatchUpAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_nodes.CatchUpAsync(cancellationToken), _maps.CatchUpAsync(cancellationToken));

    /// <summary>Each completes with the next change, or when a cache has failed.</summary>
    public virtual IReadOnlyList<Task> Changed() => [_nodes.Cache.Changed(), _maps.Cache.Changed()];

    /// <summary>Fails if a watch has failed.</summary>
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

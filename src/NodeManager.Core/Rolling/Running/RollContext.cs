using NodeManager.Controllers.Caching;
using NodeManager.Core.Autoscaling.Claims;
using NodeManager.Core.Autoscaling.Providers;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Autoscaling.State;
using NodeManager.Core.Maintenance.State;
using NodeManager.Core.Rolling.Options;
using NodeManager.Core.Rolling.State;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Core.Rolling.Running;

/// <summary>What all parts of one update share. Its caches are the session's.</summary>
internal sealed class RollContext : IDisposable
{
    private readonly CacheUse<NodeSmithPool> _pools;
    private readonly CacheUse<NodeSmithClaim> _claims;
    private readonly CacheUse<Node> _nodes;
    private readonly CacheUse<ConfigMap> _maps;

    public RollContext(MaintenanceScope scope, PoolUpdateRequest request)
    {
        Scope = scope;
        Request = request;
        ObjectCaches caches = scope.Connection.Caches();
        ListOptions here = new() { Namespace = request.Namespace };
        _pools = caches.Open(NodeSmithResources.Pools, here);
        _claims = caches.Open(NodeSmithResources.Claims, here);
        _nodes = caches.Open(KubernetesResources.Nodes, new());
        _maps = caches.Open(KubernetesResources.ConfigMaps, new() { Namespace = request.Namespace, FieldSelector = $"metadata.name={RollLayout.NameOf(request.Pool)}" });
        PoolWriter = new(scope.Client, NodeSmithResources.Pools, NodeSmithJson.Default.NodeSmithPoolStatus, _pools.Cache);
    }

    public MaintenanceScope Scope { get; }

    public PoolUpdateRequest Request { get; }

    public string Key => "pool/" + Request.Pool;

    public NodeSmithWriter<NodeSmithPool, NodeSmithPoolSpec, NodeSmithPoolStatus> PoolWriter { get; }

    public NodeSmithPool? Pool => _pools.Cache.Find(Request.Namespace, Request.Pool);

    /// <summary>The pool's claims, in the order of their names.</summary>
    public IReadOnlyList<NodeSmithClaim> Claims =>
        [.. _claims.Cache.FindAll(AutoscalerIndexes.ByPool, Request.Pool).OrderBy(static one => one.Metadata.CreationTimestamp).ThenBy(static one => one.Metadata.Name, StringComparer.Ordinal)];

    /// <summary>What users want of an update. The cache may still have what they wanted of the pool's former one.</summary>
    public RollControl ControlOf(string id) =>
        _maps.Cache.Find(Request.Namespace, RollLayout.NameOf(Request.Pool)) is { } map && map.Data?.GetValueOrDefault(RollLayout.IdKey) == id ? RollControl.Read(map) : RollControl.None;

    public Node? NodeOf(NodeSmithClaim claim) =>
        claim.Status?.NodeName is { Length: > 0 } name && _nodes.Cache.Find(null, name) is { } node && NodeOwnership.Check(claim, node) is null ? node : null;

    /// <summary>Makes sure that nothing is older than now.</summary>
    /// <exception cref="NodeManagerException">AutoscalerNotInstalled.</exception>
    public Task CatchUpAsync(CancellationToken cancellationToken) => NodeSmithErrors.InstalledAsync(Scope.Session.Cluster, CatchAllUpAsync(cancellationToken));

    private async Task<bool> CatchAllUpAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(
            _pools.CatchUpAsync(cancellationToken), _claims.CatchUpAsync(cancellationToken), _nodes.CatchUpAsync(cancellationToken), _maps.CatchUpAsync(cancellationToken));
        return true;
    }

    /// <summary>End with the next change, and when a cache has failed.</summary>
    public IReadOnlyList<Task> Changed() =>
        [_pools.Cache.Changed(), _claims.Cache.Changed(), _nodes.Cache.Changed(), _maps.Cache.Changed()];

    /// <summary>Fails where something cannot be watched any more.</summary>
    public void ThrowIfFailed()
    {
        foreach (Task failed in (Task[])[_pools.Cache.Failed, _claims.Cache.Failed, _nodes.Cache.Failed, _maps.Cache.Failed])
        {
            if (failed.IsFaulted) failed.GetAwaiter().GetResult();
        }
    }

    public void Admit(params IEnumerable<NodeSmithClaim> claims) => _claims.Cache.Admit(claims);

    public void Admit(NodeSmithPool pool) => _pools.Cache.Admit(pool);

    public void Dispose()
    {
        _pools.Dispose();
        _claims.Dispose();
        _nodes.Dispose();
        _maps.Dispose();
    }
}

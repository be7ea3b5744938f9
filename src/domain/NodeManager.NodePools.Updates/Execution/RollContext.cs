using System.Net;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Runs;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>The state shared by all parts of the update of a NodeSmithPool.</summary>
internal sealed class RollContext : RollScope
{
    private readonly CacheUse<NodeSmithPool> _pools;
    private readonly CacheUse<NodeSmithClaim> _claims;

    public RollContext(RunScope scope, PoolUpdateRequest request)
        : base(scope, request)
    {
        ObjectCaches caches = scope.Connection.Caches();
        ListOptions here = new() { Namespace = request.Namespace };
        _pools = caches.Open(NodeSmithResources.Pools, here);
        _claims = caches.Open(NodeSmithResources.Claims, here);
        PoolWriter = new(scope.Client, NodeSmithResources.Pools, NodeSmithJson.Default.NodeSmithPoolStatus, _pools.Cache);
    }

    public NodeSmithWriter<NodeSmithPool, NodeSmithPoolSpec, NodeSmithPoolStatus> PoolWriter { get; }

    public NodeSmithPool? Pool => _pools.Cache.Find(Request.Namespace, Request.Pool);

    /// <summary>The pool's claims by name.</summary>
    public IReadOnlyList<NodeSmithClaim> Claims =>
        [
            .. _claims
                .Cache.FindAll(AutoscalerIndexes.ByPool, Request.Pool)
                .OrderBy(static one => one.Metadata.CreationTimestamp)
                .ThenBy(static one => one.Metadata.Name, StringComparer.Ordinal),
        ];

    public Node? NodeOf(NodeSmithClaim claim) =>
        claim.Status?.NodeName is { Length: > 0 } name && FindNode(name) is { } node && NodeOwnership.Check(claim, node) is null
            ? node
            : null;

    /// <summary>The image of new machines of a pool; empty: unknown. Warns if the provider cannot be read.</summary>
    public async Task<string> ReadImageAsync(NodeSmithPool pool, CancellationToken cancellationToken)
    {
        try
        {
            NodeSmithProvider? provider = await Scope.Client.FindAsync(
                NodeSmithResources.Providers,
                pool.Spec.ProviderRef,
                Request.Namespace,
                cancellationToken
            );
            return provider?.Spec.Describe().Image ?? "";
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            Scope.Observer.Warning($"Images of machines are not compared: {refused.Message}");
            return "";
        }
    }

    /// <exception cref="NodeManagerException">AutoscalerNotInstalled.</exception>
    public override Task CatchUpAsync(CancellationToken cancellationToken) =>
        NodeSmithErrors.InstalledAsync(Scope.Session.Cluster, CatchAllUpAsync(cancellationToken));

    public override IReadOnlyList<Task> Changed() => [_pools.Cache.Changed(), _claims.Cache.Changed(), .. base.Changed()];

    public void Admit(params IEnumerable<NodeSmithClaim> claims) => _claims.Cache.AddOrUpdate(claims);

    public void Admit(NodeSmithPool pool) => _pools.Cache.AddOrUpdate(pool);

    protected override IReadOnlyList<Task> Failures() => [_pools.Cache.Failed, _claims.Cache.Failed, .. base.Failures()];

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _pools.Dispose();
            _claims.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<bool> CatchAllUpAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(
            _pools.CatchUpAsync(cancellationToken),
            _claims.CatchUpAsync(cancellationToken),
            base.CatchUpAsync(cancellationToken)
        );
        return true;
    }
}

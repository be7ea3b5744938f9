using NodeManager.Autoscaling.Decisions;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Reconciliation;

/// <summary>The state shared by the controllers of an active autoscaler. Its caches are the session's.</summary>
internal sealed class AutoscalerScope : IDisposable
{
    private readonly CacheUse<NodeSmithClaim> _claims;
    private readonly CacheUse<NodeSmithPool> _pools;
    private readonly CacheUse<NodeSmithProvider> _providers;
    private readonly CacheUse<NodeSmithControlPlane> _planes;
    private readonly CacheUse<Node> _nodes;

    public AutoscalerScope(
        NodeManagerSession session,
        AutoscalerOptions options,
        string identity,
        DecisionLog decisions,
        AutoscalerCounters counters,
        IOperationObserver observer
    )
    {
        Counters = counters;
        Session = session;
        Connection = session.Connection();
        Options = options;
        Identity = identity;
        Decisions = decisions;
        Observer = observer;
        ObjectCaches caches = Connection.Caches();
        ListOptions here = new() { Namespace = options.Namespace };
        _claims = caches.Open(NodeSmithResources.Claims, here);
        _pools = caches.Open(NodeSmithResources.Pools, here);
        _providers = caches.Open(NodeSmithResources.Providers, here);
        _planes = caches.Open(NodeSmithResources.ControlPlanes, here);
        _nodes = caches.Open(KubernetesResources.Nodes, new());
        ClaimWriter = new(Client, NodeSmithResources.Claims, NodeSmithJson.Default.NodeSmithClaimStatus, Claims);
        PoolWriter = new(Client, NodeSmithResources.Pools, NodeSmithJson.Default.NodeSmithPoolStatus, Pools);
        ProviderWriter = new(Client, NodeSmithResources.Providers, NodeSmithJson.Default.NodeSmithProviderStatus, Providers);
        PlaneWriter = new(Client, NodeSmithResources.ControlPlanes, NodeSmithJson.Default.NodeSmithControlPlaneStatus, Planes);
    }

    public NodeManagerSession Session { get; }

    public ClusterConnection Connection { get; }

    public AutoscalerOptions Options { get; }

    /// <summary>Unique.</summary>
    public string Identity { get; }

    public DecisionLog Decisions { get; }

    public AutoscalerCounters Counters { get; }

    public IOperationObserver Observer { get; }

    public KubernetesClient Client => Connection.Client;

    public TimeProvider Time => Connection.Time;

    public string Namespace => Options.Namespace;

    public ObjectCache<NodeSmithClaim> Claims => _claims.Cache;

    public ObjectCache<NodeSmithPool> Pools => _pools.Cache;

    public ObjectCache<NodeSmithProvider> Providers => _providers.Cache;

    public ObjectCache<NodeSmithControlPlane> Planes => _planes.Cache;

    public ObjectCache<Node> Nodes => _nodes.Cache;

    public NodeSmithWriter<NodeSmithClaim, NodeSmithClaimSpec, NodeSmithClaimStatus> ClaimWriter { get; }

    public NodeSmithWriter<NodeSmithPool, NodeSmithPoolSpec, NodeSmithPoolStatus> PoolWriter { get; }

    public NodeSmithWriter<NodeSmithProvider, NodeSmithProviderSpec, NodeSmithProviderStatus> ProviderWriter { get; }

    public NodeSmithWriter<NodeSmithControlPlane, NodeSmithControlPlaneSpec, NodeSmithControlPlaneStatus> PlaneWriter { get; }

    public DateTimeOffset Now => NodeSmithConditionList.Seconds(Time.GetUtcNow());

    /// <summary>Waits until the caches are complete and as new as this call.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(
            _claims.CatchUpAsync(cancellationToken),
            _pools.CatchUpAsync(cancellationToken),
            _providers.CatchUpAsync(cancellationToken),
            _planes.CatchUpAsync(cancellationToken),
            _nodes.CatchUpAsync(cancellationToken)
        );

    /// <summary>Records an Event on the object.</summary>
    public Task RecordEventAsync(KubernetesObject about, string type, string reason, string message, CancellationToken cancellationToken)
    {
        string kind = about.GetType().Name;
        Observer.Verbose($"{kind} {about.Metadata.Namespace}/{about.Metadata.Name}: {message}");
        ObjectReference reference = new()
        {
            ApiVersion = NodeSmithNames.ApiVersion,
            Kind = kind,
            Name = about.Metadata.Name,
            Namespace = about.Metadata.Namespace,
            Uid = about.Metadata.Uid,
        };
        return EventWriter.WriteAsync(Connection, reference, type, reason, message, Observer, cancellationToken);
    }

    public void Dispose()
    {
        _claims.Dispose();
        _pools.Dispose();
        _providers.Dispose();
        _planes.Dispose();
        _nodes.Dispose();
    }
}

using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;
using NodeManager.Recommendations;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Pools;

/// <summary>The input of a plan, from caches. Forbidden data is empty, and storage then counts as unknown.</summary>
internal sealed class ScaleInputs : IDisposable
{
    private readonly AutoscalerScope _scope;
    private readonly string _budgetVersion;
    private readonly int _minor;
    private readonly CacheUse<Pod> _pods;
    private readonly CacheUse<DaemonSet> _daemonSets;
    private readonly CacheUse<PodDisruptionBudget> _budgets;
    private readonly CacheUse<Namespace> _namespaces;
    private readonly CacheUse<Service> _services;
    private readonly CacheUse<PersistentVolumeClaim> _volumeClaims;
    private readonly CacheUse<PersistentVolume> _volumes;
    private readonly CacheUse<StorageClass> _storageClasses;
    private readonly List<IDisposable> _subscriptions;
    private long _changes;

    public ScaleInputs(AutoscalerScope scope, ServerCapabilities capabilities, int minor)
    {
        _scope = scope;
        _budgetVersion = capabilities.BudgetVersion;
        _minor = minor;
        ObjectCaches caches = scope.Connection.Caches();
        ListOptions everywhere = new();
        _pods = caches.Open(ClusterPods.Type, everywhere);
        _daemonSets = caches.Open(KubernetesResources.DaemonSets, everywhere);
        _budgets = caches.Open(KubernetesResources.PodDisruptionBudgets(_budgetVersion), everywhere);
        _namespaces = caches.Open(KubernetesResources.Namespaces, everywhere);
        _services = caches.Open(KubernetesResources.Services, everywhere);
        _volumeClaims = caches.Open(KubernetesResources.PersistentVolumeClaims, everywhere);
        _volumes = caches.Open(KubernetesResources.PersistentVolumes, everywhere);
        _storageClasses = caches.Open(KubernetesResources.StorageClasses, everywhere);
        Buffers = new(scope);
        Thresholds = new(scope.Session, scope.Observer);
        Devices = new(scope.Connection);
        _subscriptions =
        [
            _daemonSets.Cache.Subscribe(_ => RecordChange()),
            _budgets.Cache.Subscribe(_ => RecordChange()),
            _namespaces.Cache.Subscribe(_ => RecordChange()),
            _services.Cache.Subscribe(_ => RecordChange()),
            _volumeClaims.Cache.Subscribe(_ => RecordChange()),
            _volumes.Cache.Subscribe(_ => RecordChange()),
            _storageClasses.Cache.Subscribe(_ => RecordChange()),
        ];
    }

    /// <summary>Counts changes; an unchanged number means an unchanged input.</summary>
    public long Changes => Interlocked.Read(ref _changes);

    /// <summary>Records another change of the input.</summary>
    public void RecordChange() => Interlocked.Increment(ref _changes);

    public ObjectCache<Pod> Pods => _pods.Cache;

    /// <summary>Calls back after each change that may change a plan, except those of pods and of the scope's caches.</summary>
    public void Follow(Action changed)
    {
        var budgets = new ChangeFilter<PodDisruptionBudget>(PlanImages.Of);
        var daemonSets = new ChangeFilter<DaemonSet>(PlanImages.Of);
        _subscriptions.AddRange([
            _budgets.Cache.Subscribe(change =>
            {
                if (budgets.Matters(change))
                    changed();
            }),
            _daemonSets.Cache.Subscribe(change =>
            {
                if (daemonSets.Matters(change))
                    changed();
            }),
            _volumeClaims.Cache.Subscribe(_ => changed()),
            _volumes.Cache.Subscribe(_ => changed()),
            _storageClasses.Cache.Subscribe(_ => changed()),
        ]);
        Buffers.Follow(changed);
    }

    public BufferInputs Buffers { get; }

    public ThresholdInputs Thresholds { get; }

    public DeviceCache Devices { get; }

    /// <summary>Waits until the caches that decide about machines are as new as this call.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_scope.CatchUpAsync(cancellationToken), _pods.CatchUpAsync(cancellationToken));

    /// <summary>Waits until all readable data is known.</summary>
    public async Task SyncAsync(CancellationToken cancellationToken)
    {
        await _pods.Cache.Synced.WaitAsync(cancellationToken);
        foreach (
            Task synced in (Task[])
                [
                    _daemonSets.Cache.Synced,
                    _budgets.Cache.Synced,
                    _namespaces.Cache.Synced,
                    _services.Cache.Synced,
                    _volumeClaims.Cache.Synced,
                    _volumes.Cache.Synced,
                    _storageClasses.Cache.Synced,
                    Buffers.Synced,
                ]
        )
        {
            await synced.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public ScaleInput Read(ScaleMemory memory)
    {
        (IReadOnlyList<CapacityBuffer> buffers, IReadOnlyList<BufferTarget> targets) = Buffers.Read();
        return new ScaleInput
        {
            Now = _scope.Time.GetUtcNow(),
            MinorVersion = _minor,
            Nodes = _scope.Nodes.Items,
            Locks = _scope.Connection.FindOthers(_scope.Nodes.Items),
            Pods = _pods.Cache.Items,
            Pools = [.. _scope.Pools.Items.Where(pool => IsManaged(_scope, pool.Metadata.Name))],
            Policy = ScalePolicy.Of(_scope.Planes.Items),
            Claims = _scope.Claims.Items,
            Providers = _scope.Providers.Items,
            DaemonSets = _daemonSets.Cache.Items,
            Budgets = _budgets.Cache.Items,
            BudgetVersion = _budgetVersion,
            Namespaces = _namespaces.Cache.Items,
            Services = _services.Cache.Items,
            VolumeClaims = _volumeClaims.Cache.Items,
            Volumes = _volumes.Cache.Items,
            StorageClasses = _storageClasses.Cache.Items,
            KnowsStorage = _volumeClaims.Cache.IsCurrent && _volumes.Cache.IsCurrent && _storageClasses.Cache.IsCurrent,
            Thresholds = Thresholds.Current,
            Memory = memory,
            Buffers = buffers,
            BufferTargets = targets,
        }.With(Devices.Current);
    }

    /// <summary>True if a control plane lists the pool.</summary>
    public static bool IsManaged(AutoscalerScope scope, string pool) =>
        scope.Planes.Items.Any(plane => plane.Metadata.DeletionTimestamp is null && plane.Spec.Pools?.Contains(pool) == true);

    public void Dispose()
    {
        Buffers.Dispose();
        foreach (IDisposable subscription in _subscriptions)
            subscription.Dispose();
        _pods.Dispose();
        _daemonSets.Dispose();
        _budgets.Dispose();
        _namespaces.Dispose();
        _services.Dispose();
        _volumeClaims.Dispose();
        _volumes.Dispose();
        _storageClasses.Dispose();
    }
}

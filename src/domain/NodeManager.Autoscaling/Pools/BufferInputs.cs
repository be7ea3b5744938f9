using NodeManager.Autoscaling.Planning.Demand;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Pools;

/// <summary>
/// CapacityBuffers and their targets, from caches. Few clusters serve their API: a later installation is detected within a minute.
/// Workloads are many, so they are watched only if a buffer refers to one.
/// </summary>
internal sealed class BufferInputs : IDisposable
{
    private static readonly TimeSpan RecheckInterval = TimeSpan.FromMinutes(1);

    private readonly AutoscalerScope _scope;
    private readonly List<IDisposable> _uses = [];
    private Action _changed = static () => { };
    private CacheUse<CapacityBuffer> _buffers;
    private IDisposable? _subscription;
    private CacheUse<StoredPodTemplate>? _templates;
    private CacheUse<Deployment>? _deployments;
    private CacheUse<ReplicaSet>? _replicaSets;
    private CacheUse<StatefulSet>? _statefulSets;
    private long _opened;

    public BufferInputs(AutoscalerScope scope)
    {
        _scope = scope;
        _buffers = OpenBuffers();
    }

    /// <summary>The buffers of the currently served API.</summary>
    public ObjectCache<CapacityBuffer> Cache => _buffers.Cache;

    /// <summary>Completes when the buffers are known, or fails if they are not served or cannot be read.</summary>
    public Task Synced => _buffers.Cache.Synced;

    /// <summary>Requests a plan when they change.</summary>
    public void Follow(Action changed)
    {
        _changed = changed;
        _subscription = Subscribe(_buffers.Cache);
    }

    /// <summary>Checks periodically whether the API is served. Not thread-safe.</summary>
    public void Refresh()
    {
        if (!_buffers.Cache.Failed.IsCompleted || _scope.Time.GetElapsedTime(_opened) < RecheckInterval)
            return;
        _subscription?.Dispose();
        _buffers.Dispose();
        _buffers = OpenBuffers();
        _subscription = Subscribe(_buffers.Cache);
    }

    /// <summary>The buffers, and those of the objects they refer to that are known by now. Not thread-safe.</summary>
    public (IReadOnlyList<CapacityBuffer> Buffers, IReadOnlyList<BufferTarget> Targets) Read()
    {
        Refresh();
        IReadOnlyList<CapacityBuffer> buffers =
        [
            .. _buffers.Cache.Items.Where(static one => one.Metadata.DeletionTimestamp is null && FreeRoom.IsServed(one)),
        ];
        foreach (CapacityBuffer buffer in buffers)
            Open(buffer.Spec);
        return (
            buffers,
            [
                .. (_templates?.Cache.Items ?? []).Select(BufferTarget.Of),
                .. (_deployments?.Cache.Items ?? []).Select(static one => BufferTarget.Of(one, "Deployment", one.Spec)),
                .. (_replicaSets?.Cache.Items ?? []).Select(static one => BufferTarget.Of(one, "ReplicaSet", one.Spec)),
                .. (_statefulSets?.Cache.Items ?? []).Select(static one => BufferTarget.Of(one, "StatefulSet", one.Spec)),
            ]
        );
    }

    public void Dispose()
    {
        _subscription?.Dispose();
        foreach (IDisposable use in _uses)
            use.Dispose();
        _buffers.Dispose();
    }

    private CacheUse<CapacityBuffer> OpenBuffers()
    {
        _opened = _scope.Time.GetTimestamp();
        return _scope.Connection.Caches().Open(NodeSmithResources.CapacityBuffers, new());
    }

    private void Open(CapacityBufferSpec spec)
    {
        if (spec.PodTemplateRef is not null)
            _templates ??= Open(KubernetesResources.PodTemplates);
        else if (spec.ScalableRef?.Kind == "Deployment")
            _deployments ??= Open(KubernetesResources.Deployments);
        else if (spec.ScalableRef?.Kind == "ReplicaSet")
            _replicaSets ??= Open(KubernetesResources.ReplicaSets);
        else if (spec.ScalableRef?.Kind == "StatefulSet")
            _statefulSets ??= Open(KubernetesResources.StatefulSets);
    }

    private CacheUse<T> Open<T>(ResourceType<T> type)
        where T : KubernetesObject
    {
        CacheUse<T> use = _scope.Connection.Caches().Open(type, new());
        _uses.Add(use);
        _uses.Add(Subscribe(use.Cache));
        return use;
    }

    // Status updates have no new generation. PodTemplates may have none at all.
    private IDisposable Subscribe<T>(ObjectCache<T> cache)
        where T : KubernetesObject
    {
        var generations = new ChangeFilter<T>(static one =>
            one.Metadata.Generation is { } generation
                ? generation.GetHashCode()
                : one.Metadata.ResourceVersion?.GetHashCode(StringComparison.Ordinal) ?? 0
        );
        return cache.Subscribe(change =>
        {
            if (generations.Matters(change))
                _changed();
        });
    }
}

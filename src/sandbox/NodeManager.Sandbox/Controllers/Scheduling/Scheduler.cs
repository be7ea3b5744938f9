using System.Collections.Concurrent;
using System.Text.Json;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Nodes;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Volumes;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Sandbox.Controllers.Scheduling;

/// <summary>Binds pods without a node by priority, then age. Unschedulable pods wait for a change, not for a time.</summary>
internal sealed class Scheduler : Controller
{
    private const string Component = "default-scheduler";
    private static readonly ObjectKey Round = new(BuiltInKinds.Pods, "", "");
    private readonly ConcurrentQueue<Change> _changes = new();
    private readonly ClusterSnapshot _snapshot;
    private readonly BoundPods _bound = new();
    private readonly NodeRotation _rotation = new();
    private readonly ClaimBinder _claims;
    private readonly Preemptor _preemptor;
    private readonly Dictionary<string, (Pod Pod, string Node)> _nominated = new(StringComparer.Ordinal);
    private readonly SortedSet<Waiting> _active = new(WaitingOrder.Instance);
    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);

    public Scheduler(ControllerContext context)
        : base(context)
    {
        _snapshot = new(context.MinorVersion) { KnowsStorage = true };
        _claims = new(context.Registry);
        _preemptor = new(context);
    }

    public override IReadOnlyList<ResourceKind> Kinds { get; } =
    [
        BuiltInKinds.Pods,
        BuiltInKinds.Nodes,
        BuiltInKinds.Namespaces,
        BuiltInKinds.PersistentVolumeClaims,
        BuiltInKinds.PersistentVolumes,
        BuiltInKinds.Services,
        BuiltInKinds.StorageClasses,
    ];

    public override void Observe(Change change)
    {
        _changes.Enqueue(change);
        Enqueue(Round);
    }

    public override void Begin(StoredObject item) => Observe(new(ChangeType.Added, item, null, item.Version));

    /// <summary>Applies changes, then places one pod; queued again immediately while pods remain.</summary>
    protected override void Reconcile(ObjectKey key)
    {
        while (_changes.TryDequeue(out Change? change))
            TakeIn(change);
        if (_active.Min is not { } next)
            return;
        _active.Remove(next);
        try
        {
            Place(next);
        }
        finally
        {
            if (_active.Count > 0 || !_changes.IsEmpty)
                Enqueue(Round);
        }
    }

    private void TakeIn(Change change)
    {
        StoredObject item = change.Object;
        bool isGone = change.Type == ChangeType.Deleted;
        if (item.Kind == BuiltInKinds.Pods)
        {
            TakeInPod(change);
            return;
        }
        if (item.Kind == BuiltInKinds.Services)
        {
            // Services affect spreading, not fitting, so they trigger no retry.
            if (isGone)
                _snapshot.RemoveService(item.As<Service>());
            else
                _snapshot.SetService(item.As<Service>());
            return;
        }
        if (item.Kind == BuiltInKinds.Nodes)
        {
            if (isGone)
                _snapshot.RemoveNode(item.Name);
            else
                _snapshot.SetNode(item.As<Node>());
            _snapshot.SetImages(
                item.Name,
                isGone ? null : JsonSerializer.Deserialize(item.Json.Span, SharedJson.Default.NodeImages)!.Status.Images
            );
            if (isGone || (change.Previous is { } before && NodeChanges.IsSamePlace(before.As<Node>(), item.As<Node>())))
                return;
        }
        else if (item.Kind == BuiltInKinds.Namespaces)
        {
            if (isGone)
                _snapshot.RemoveNamespace(item.Name);
            else
                _snapshot.SetNamespace(item.Name, item.Labels);
        }
        else if (item.Kind == BuiltInKinds.PersistentVolumeClaims)
        {
            if (isGone)
                _snapshot.RemoveClaim(item.As<PersistentVolumeClaim>());
            else
                _snapshot.SetClaim(item.As<PersistentVolumeClaim>());
        }
        else if (item.Kind == BuiltInKinds.StorageClasses)
        {
            if (isGone)
                _snapshot.RemoveStorageClass(item.Name);
            else
                _snapshot.SetStorageClass(item.As<StorageClass>());
        }
        else if (isGone)
            _snapshot.RemoveVolume(item.Name);
        else
            _snapshot.SetVolume(item.As<PersistentVolume>());
        Retry();
    }

    private void TakeInPod(Change change)
    {
        StoredObject item = change.Object;
        Pod pod = item.As<Pod>();
        string key = pod.Key();
        bool isGone = change.Type == ChangeType.Deleted;
        if (isGone ? _snapshot.RemovePod(pod) : Update(pod))
            Retry();
        bool isMine =
            !isGone
            && !item.IsDeleting
            && item.Field("spec.nodeName").Length == 0
            && item.IsActive()
            && pod.Spec.SchedulerName is null or "" or "default-scheduler";
        if (isMine && pod.Spec.SchedulingGates is { Count: > 0 })
        {
            if (change.Type == ChangeType.Added)
                SayGated(item);
            isMine = false;
        }

        if (isMine && pod.Status.NominatedNodeName is { Length: > 0 } node)
            _nominated[key] = (pod, node);
        else
            _nominated.Remove(key);
        bool isKnown = _waiting.TryGetValue(key, out Waiting? known);
        if (isKnown && (!isMine || known!.Uid != item.Uid))
        {
            _active.Remove(known!);
            _waiting.Remove(key);
            isKnown = false;
        }
        if (!isMine || isKnown)
            return;
        Waiting added = new(item.Namespace, item.Name, item.Uid, pod.Spec.Priority ?? 0, pod.Metadata.CreationTimestamp ?? default);
        _waiting.Add(key, added);
        _active.Add(added);
    }

    /// <summary>True if capacity was freed.</summary>
    private bool Update(Pod pod)
    {
        if (!pod.IsFinished())
        {
            SetPod(pod);
            return false;
        }
        return _snapshot.RemovePod(pod);
    }

    private void SetPod(Pod pod) => _snapshot.SetPod(string.IsNullOrEmpty(pod.Spec.NodeName) ? pod : _bound.Copy(pod));

    /// <summary>Retries unschedulable pods after a change.</summary>
    private void Retry()
    {
        if (_active.Count < _waiting.Count)
            _active.UnionWith(_waiting.Values);
    }

    private void Place(Waiting next)
    {
        if (
            Store.Get(BuiltInKinds.Pods, next.Namespace, next.Name) is not { IsDeleting: false } stored
            || stored.Uid != next.Uid
            || stored.Field("spec.nodeName").Length > 0
        )
            return;
        Pod pod = stored.As<Pod>();
        Placement placement = Judge(pod, out PreemptionResult? preemption);
        while (placement.Node is { } chosen && HasMoved(chosen))
            placement = Judge(pod, out preemption);
        if (placement.Node is null)
        {
            Refuse(stored, pod, placement, preemption);
            return;
        }
        StoredObject bound;
        try
        {
            Fill(pod, placement.Node);
            bound = Registry.Bind(next.Namespace, next.Name, placement.Node, next.Uid);
        }
        catch (ApiException exception) when (exception.Code is 404 or 409)
        {
            // Deleted, terminating or bound by another client; handled with its change.
            return;
        }
        _waiting.Remove(pod.Key());
        _nominated.Remove(pod.Key());
        SetPod(bound.As<Pod>());
        Context.Events.Normal(bound, Component, "Scheduled", $"Successfully assigned {next.Namespace}/{next.Name} to {placement.Node}");
    }

    // Kinds are observed independently: on a busy machine a pod may arrive before an earlier cordon.
    private bool HasMoved(string node)
    {
        if (
            _snapshot.Node(node)?.Node is not { } known
            || Store.Get(BuiltInKinds.Nodes, "", node)?.As<Node>() is not { } stored
            || ReferenceEquals(known, stored)
        )
            return false;
        _snapshot.SetNode(stored);
        return !NodeChanges.IsSamePlace(known, stored);
    }

    // Capacity is reserved for waiting pods of the same or higher priority.
    private Placement Judge(Pod pod, out PreemptionResult? preemption)
    {
        string key = pod.Key();
        List<(Pod Pod, string Node)> others =
        [
            .. _nominated
                .Where(one => one.Key != key && (one.Value.Pod.Spec.Priority ?? 0) >= (pod.Spec.Priority ?? 0))
                .Select(one => one.Value),
        ];
        foreach ((Pod other, string node) in others)
            _snapshot.Assume(other, node);
        try
        {
            Placement placement = PodPlacement.Find(pod, _snapshot, _rotation);
            preemption = placement.Verdict == FitVerdict.DoesNotFit ? _preemptor.Find(pod, _snapshot, placement.Refusals) : null;
            return placement;
        }
        finally
        {
            foreach ((Pod other, _) in others)
                _snapshot.RemovePod(other);
        }
    }

    // Provisions claims that waited for their first pod.
    private void Fill(Pod pod, string node)
    {
        foreach (Volume volume in pod.Spec.Volumes ?? [])
        {
            if (volume.PersistentVolumeClaim is not { } source)
                continue;
            if (
                Store.Get(BuiltInKinds.PersistentVolumeClaims, pod.Metadata.Namespace ?? "default", source.ClaimName) is { } claim
                && _claims.WaitsForPod(claim)
            )
                _claims.Fill(claim, _snapshot.Node(node)!.Node);
        }
    }

    private void Refuse(StoredObject stored, Pod pod, Placement placement, PreemptionResult? preemption)
    {
        string message = preemption is null
            ? placement.Message
            : PodPlacement.Summary([.. placement.Refusals.Select(refusal => refusal.Answer)], Context.MinorVersion, preemption.Message);
        Context.Events.Warning(stored, Component, "FailedScheduling", message);
        if (preemption?.Node is { } node)
            _nominated[pod.Key()] = (pod, node);
        SetUnscheduled(stored, "Unschedulable", message, preemption?.Node);
        if (preemption is { Victims.Count: > 0 })
            _preemptor.DriveOut(pod, preemption);
    }

    private void SayGated(StoredObject stored) =>
        SetUnscheduled(stored, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates", null);

    private void SetUnscheduled(StoredObject stored, string reason, string message, string? nominatedNode)
    {
        try
        {
            Registry.UpdateStatus(
                stored,
                document =>
                {
                    JsonObject status = document["status"]!.AsObject();
                    status.SetPodCondition(
                        "PodScheduled",
                        "False",
                        Registry.Now,
                        reason,
                        message,
                        Conditions.ObservedGeneration(document, Registry.Minor)
                    );
                    if (nominatedNode is not null)
                        status["nominatedNodeName"] = nominatedNode;
                }
            );
        }
        catch (ApiException exception) when (exception.Code == 404)
        {
            // Deleted meanwhile.
        }
    }

    private sealed record Waiting(string Namespace, string Name, string Uid, int Priority, DateTimeOffset Created);

    private sealed class WaitingOrder : IComparer<Waiting>
    {
        public static WaitingOrder Instance { get; } = new();

        public int Compare(Waiting? x, Waiting? y)
        {
            int order = y!.Priority.CompareTo(x!.Priority);
            if (order == 0)
                order = x.Created.CompareTo(y.Created);
            if (order == 0)
                order = string.CompareOrdinal(x.Namespace, y.Namespace);
            return order != 0 ? order : string.CompareOrdinal(x.Name, y.Name);
        }
    }
}

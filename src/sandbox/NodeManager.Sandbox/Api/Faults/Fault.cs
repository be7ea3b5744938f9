using System.Collections.Concurrent;
using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Selectors;

namespace NodeManager.Sandbox.Api.Faults;

/// <summary>A fault with its hits. Thread-safe.</summary>
internal sealed class Fault
{
    private readonly ConcurrentDictionary<string, bool> _objects = new(StringComparer.Ordinal);
    private readonly Predicate<string>? _nodes;
    private readonly LabelQuery _labels;
    private readonly string _ownerKind;
    private readonly string _ownerName;
    private long _hits;
    private long _draws;

    public Fault(FaultRequest request, DateTimeOffset now)
    {
        Request = request;
        StartsAt = request.At ?? now;
        EndsAt = request.For is { } duration ? StartsAt + duration : null;
        _nodes = request.Nodes.Count > 0 ? NamePattern.Any(request.Nodes) : null;
        _labels = LabelQuery.Parse(request.PodSelector);
        string workload = request.Workload ?? "";
        int slash = workload.IndexOf('/', StringComparison.Ordinal);
        _ownerKind = slash < 0 ? "" : workload[..slash];
        _ownerName = workload[(slash + 1)..];
    }

    public FaultRequest Request { get; }

    public string Kind => Request.Kind;

    public DateTimeOffset StartsAt { get; }

    public DateTimeOffset? EndsAt { get; }

    public long Hits => Interlocked.Read(ref _hits) + _objects.Count;

    public string StateAt(DateTimeOffset now) =>
        now < StartsAt ? SandboxFaultState.Waiting
        : now >= EndsAt ? SandboxFaultState.Ended
        : SandboxFaultState.Active;

    public bool IsActiveAt(DateTimeOffset now) => now >= StartsAt && !(now >= EndsAt);

    /// <summary>The next time at which its effect changes; null for none.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset now)
    {
        if (now < StartsAt)
            return StartsAt;
        if (now >= EndsAt)
            return null;
        TimeSpan? step = Kind == SandboxFaultKind.NodeFlapping ? Request.Period / 2 : Request.Period;
        if (step is null)
            return EndsAt;
        DateTimeOffset next = StartsAt + (step.Value * (Math.Floor((now - StartsAt) / step.Value) + 1));
        return next > EndsAt ? EndsAt : next;
    }

    /// <summary>For flapping faults: the first half of each period is down.</summary>
    public bool IsDownAt(DateTimeOffset now) => ((now - StartsAt).Ticks % Request.Period!.Value.Ticks) < Request.Period.Value.Ticks / 2;

    /// <summary>True if the fault affects this node; optionally records the hit.</summary>
    public bool Covers(string node) => _nodes?.Invoke(node) != false && IsSampled(node);

    public bool Covers(StoredObject pod, DocumentStore store) =>
        (Request.Namespace is null || Request.Namespace == pod.Namespace)
        && _nodes?.Invoke(pod.Field("spec.nodeName")) != false
        && _labels.Matches(pod.Labels)
        && (_ownerName.Length == 0 || IsOwned(pod, store))
        && IsSampled(pod.Uid);

    public bool Covers(ResourcePath path, string verb)
    {
        if (Request.Namespace is not null && Request.Namespace != path.Namespace)
            return false;
        if (Request.Verbs.Count > 0 && !Request.Verbs.Contains(verb, StringComparer.OrdinalIgnoreCase))
            return false;
        if (Request.Resources.Count == 0)
            return true;
        string suffix = path.Subresource.Length > 0 ? "/" + path.Subresource : "";
        return Request.Resources.Any(one => one == path.Kind.Plural + suffix || one == path.Kind.QualifiedResource + suffix);
    }

    /// <summary>Whether this request is affected; counts it if so.</summary>
    public bool Draw()
    {
        long number = Interlocked.Increment(ref _draws);
        if (Request.Percent < 100 && StableHash.Of(number.ToString(CultureInfo.InvariantCulture), Request.Seed) % 100 >= Request.Percent)
            return false;
        Interlocked.Increment(ref _hits);
        return true;
    }

    /// <summary>Counts an object once.</summary>
    public void RecordHit(string key) => _objects.TryAdd(key, true);

    private bool IsSampled(string name) => Request.Percent == 100 || StableHash.Of(name, Request.Seed) % 100 < Request.Percent;

    private bool IsOwned(StoredObject pod, DocumentStore store)
    {
        OwnerReference? owner = pod.ControllerReference();
        if (owner is null)
            return false;
        if (Is(owner))
            return true;
        return owner.Kind == "ReplicaSet"
            && store.Get(BuiltInKinds.ReplicaSets, pod.Namespace, owner.Name)?.ControllerReference() is { } above
            && Is(above);
    }

    private bool Is(OwnerReference owner) =>
        owner.Name == _ownerName && (_ownerKind.Length == 0 || owner.Kind.Equals(_ownerKind, StringComparison.OrdinalIgnoreCase));
}

using System.Globalization;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Sandbox.Api.Faults;

/// <summary>The faults of a cluster. The API and kubelets query it often, so an empty registry costs nothing. Thread-safe.</summary>
internal sealed class FaultRegistry(TimeProvider time) : IDisposable
{
    private static readonly string[] Outages = [SandboxFaultKind.NodeDown, SandboxFaultKind.KubeletDown, SandboxFaultKind.KubeletPaused];

    private readonly Lock _lock = new();
    private readonly Dictionary<Fault, ITimer> _timers = [];
    private Fault[] _faults = [];
    private bool _isOver;

    /// <summary>Raised when a fault starts, ends or changes its effect.</summary>
    public event Action<Fault>? Changed;

    public bool IsEmpty => Volatile.Read(ref _faults).Length == 0;

    public IReadOnlyList<FaultStatus> Read()
    {
        DateTimeOffset now = time.GetUtcNow();
        return [.. Volatile.Read(ref _faults).Select(fault => StatusOf(fault, now))];
    }

    public FaultStatus Set(FaultRequest request)
    {
        request = FaultRules.Complete(request);
        DateTimeOffset now = time.GetUtcNow();
        Fault fault;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            fault = new(request.Name is null ? request with { Name = FreeName(request.Kind) } : request, now);
            if (Find(fault.Request.Name!) is { } before)
                Remove(before);
            Volatile.Write(ref _faults, [.. _faults, fault]);
            _timers[fault] = time.CreateTimer(_ => Pulse(fault), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        Pulse(fault);
        return StatusOf(fault, now);
    }

    /// <summary>False for an unknown name.</summary>
    public bool Clear(string name)
    {
        Fault? fault;
        lock (_lock)
        {
            fault = Find(name);
            if (fault is null)
                return false;
            Remove(fault);
        }

        Changed?.Invoke(fault);
        return true;
    }

    public IEnumerable<Fault> Active(string kind)
    {
        Fault[] all = Volatile.Read(ref _faults);
        if (all.Length == 0)
            yield break;
        DateTimeOffset now = time.GetUtcNow();
        foreach (Fault fault in all)
            if (fault.Kind == kind && fault.IsActiveAt(now))
                yield return fault;
    }

    public bool IsHit(string kind, string node)
    {
        bool isHit = false;
        foreach (Fault fault in Active(kind))
        {
            if (!fault.Covers(node) || (kind == SandboxFaultKind.NodeFlapping && !fault.IsDownAt(time.GetUtcNow())))
                continue;
            fault.RecordHit(node);
            isHit = true;
        }

        return isHit;
    }

    /// <summary>The fault by which a kubelet does not work: of its machine, or its own. Null for none.</summary>
    public string? OutageOf(string node)
    {
        string? outage = null;
        foreach (string kind in Outages)
            if (IsHit(kind, node))
                outage ??= kind;
        return outage;
    }

    public bool IsHit(string kind, StoredObject pod, DocumentStore store)
    {
        bool isHit = false;
        foreach (Fault fault in Active(kind))
        {
            if (!fault.Covers(pod, store))
                continue;
            fault.RecordHit(pod.Uid);
            isHit = true;
        }

        return isHit;
    }

    /// <summary>The added latency of each pod step on a node.</summary>
    public TimeSpan DelayOf(string node) =>
        Hits(SandboxFaultKind.NodeSlow, node).Aggregate(TimeSpan.Zero, static (delay, fault) => delay + fault.Request.Delay!.Value);

    /// <summary>The clock offset of a node; negative for a slow clock.</summary>
    public TimeSpan OffsetOf(string node) =>
        Hits(SandboxFaultKind.ClockSkew, node).Aggregate(TimeSpan.Zero, static (offset, fault) => offset + fault.Request.Offset!.Value);

    /// <summary>Conditions of problem detectors on a node.</summary>
    public IReadOnlyList<string> ProblemsOf(string node) =>
        [.. Hits(SandboxFaultKind.NodeProblem, node).Select(static fault => fault.Request.Condition!)];

    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            foreach (ITimer timer in _timers.Values)
                timer.Dispose();
            _timers.Clear();
        }
    }

    // Records a hit for each.
    private IEnumerable<Fault> Hits(string kind, string node)
    {
        foreach (Fault fault in Active(kind))
        {
            if (!fault.Covers(node))
                continue;
            fault.RecordHit(node);
            yield return fault;
        }
    }

    private static FaultStatus StatusOf(Fault fault, DateTimeOffset now) =>
        new(fault.Request, fault.StateAt(now), fault.StartsAt, fault.EndsAt, fault.Hits);

    private void Pulse(Fault fault)
    {
        lock (_lock)
        {
            if (!_timers.TryGetValue(fault, out ITimer? timer))
                return;
            DateTimeOffset now = time.GetUtcNow();
            if (fault.NextAfter(now) is { } next)
                timer.Change(LongTimers.Bound(next - now), Timeout.InfiniteTimeSpan);
        }

        Changed?.Invoke(fault);
    }

    private Fault? Find(string name) => Array.Find(_faults, fault => fault.Request.Name!.Equals(name, StringComparison.OrdinalIgnoreCase));

    private void Remove(Fault fault)
    {
        Volatile.Write(ref _faults, [.. _faults.Where(one => one != fault)]);
        if (_timers.Remove(fault, out ITimer? timer))
            timer.Dispose();
    }

    private string FreeName(string kind)
    {
        for (int number = 1; ; number++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{kind}-{number}");
            if (Find(name) is null)
                return name;
        }
    }
}

using System.Collections.Concurrent;

namespace NodeManager.Autoscaling.Reconciliation;

/// <summary>The counters of an autoscaler since its start, leader or not. Thread-safe.</summary>
internal sealed class AutoscalerCounters
{
    private readonly ConcurrentDictionary<string, long> _decisions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _contradictions = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private long _failures;
    private long _plans;
    private TimeSpan _planTime;
    private DateTimeOffset? _plannedAt,
        _checkedAt;

    public IReadOnlyDictionary<string, long> Decisions => _decisions.ToDictionary(StringComparer.Ordinal);

    /// <summary>By pool: machines that did not take the pods that they were created for.</summary>
    public IReadOnlyDictionary<string, long> Contradictions => _contradictions.ToDictionary(StringComparer.Ordinal);

    /// <summary>Failed attempts that are retried.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>The number of plans, their total duration, and the time of the last.</summary>
    public (long Count, TimeSpan Time, DateTimeOffset? Last) Plans
    {
        get
        {
            lock (_lock)
                return (_plans, _planTime, _plannedAt);
        }
    }

    /// <summary>When it last checked whether a plan is due.</summary>
    public DateTimeOffset? CheckedAt
    {
        get
        {
            lock (_lock)
                return _checkedAt;
        }
    }

    public void Checked(DateTimeOffset at)
    {
        lock (_lock)
            _checkedAt = at;
    }

    public void Decided(string decision) => _decisions.AddOrUpdate(decision, 1, static (_, count) => count + 1);

    public void Failed() => Interlocked.Increment(ref _failures);

    /// <summary>Counts a machine that did not take the pods that it was created for.</summary>
    public void Contradicted(string pool) => _contradictions.AddOrUpdate(pool, 1, static (_, count) => count + 1);

    public void Planned(TimeSpan took, DateTimeOffset at)
    {
        lock (_lock)
        {
            _plans++;
            _planTime += took;
            _plannedAt = at;
        }
    }
}

namespace NodeManager.Drains.Workloads;

/// <summary>
/// How many pods of one workload may be evicted now. When no replacement becomes ready for too long, twice as many as the time before may go,
/// so that the limit delays a drain and never blocks it. Not thread-safe.
/// </summary>
/// <param name="wait">How long to wait for a replacement.</param>
internal sealed class WorkloadPace(TimeSpan wait)
{
    /// <summary>How long pods may be stuck before they count as not coming.</summary>
    public static readonly TimeSpan StuckTimeout = TimeSpan.FromSeconds(15);

    private const int MaximumDoublings = 10;

    private int _ready = -1;
    private int _allowed;
    private int _concessions;
    private DateTimeOffset _since;
    private DateTimeOffset? _stuckSince;

    /// <summary>True if more pods are unavailable than the limit allows, as no replacement became ready.</summary>
    public bool Concedes => _concessions > 0;

    /// <summary>How many pods may be evicted, or how long to wait until that may change by itself.</summary>
    /// <param name="ready">Ready pods, without those that were let go.</param>
    /// <param name="isStuck">True if none of the others is progressing.</param>
    /// <param name="limit">How many may be unavailable, at least 1.</param>
    public (int Count, TimeSpan Wait) Next(DateTimeOffset now, int ready, int desired, bool isStuck, int limit)
    {
        if (ready > _ready)
            _since = now;
        _ready = ready;
        _stuckSince = isStuck ? _stuckSince ?? now : null;
        int missing = desired - ready;
        if (missing < limit)
            (_allowed, _concessions) = (limit, 0);
        if (missing < _allowed)
            return (_allowed - missing, TimeSpan.Zero);
        TimeSpan remaining = wait - (now - _since);
        if (_stuckSince is { } stuck)
            remaining = Shorter(remaining, StuckTimeout - (now - (stuck > _since ? stuck : _since)));
        if (remaining > TimeSpan.Zero)
            return (0, remaining);
        _since = now;
        _allowed = missing + (limit << Math.Min(_concessions++, MaximumDoublings));
        return (_allowed - missing, TimeSpan.Zero);
    }

    /// <summary>So many of them were let go.</summary>
    public void RecordEvictions(DateTimeOffset now, int count)
    {
        _ready -= count;
        _since = now;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

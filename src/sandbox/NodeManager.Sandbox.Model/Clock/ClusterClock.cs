namespace NodeManager.Sandbox.Model.Clock;

/// <summary>
/// A clock with its own start and speed, timers included. While a due timer has not started or an entry holds the clock, it advances no
/// further than the slack: on a busy machine the clock slows down, so that heartbeats are not missed and healthy nodes are not lost.
/// </summary>
public sealed class ClusterClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _wall;
    private readonly SortedSet<ClockEntry> _entries = [];
    private readonly ITimer _alarm;
    private readonly TimeSpan _slack;
    private long _anchorWall;
    private DateTimeOffset _anchor;
    private DateTimeOffset _last;
    private long _sequence;
    private bool _isFree;

    /// <param name="speed">The maximum of cluster seconds per second of real time.</param>
    /// <param name="start">Null: the current time.</param>
    public ClusterClock(TimeProvider wall, double speed, DateTimeOffset? start)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(speed);
        _wall = wall;
        Speed = speed;
        // System timers are up to 16 ms late, which alone must not slow the clock. The slack is too short to miss a heartbeat.
        _slack = TimeSpan.FromSeconds(Math.Clamp(speed * 0.02, Math.Min(speed * 0.05, 1), 10));
        _anchorWall = wall.GetTimestamp();
        _anchor = _last = start ?? wall.GetUtcNow();
        _alarm = wall.CreateTimer(static clock => ((ClusterClock)clock!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public double Speed { get; }

    public override TimeZoneInfo LocalTimeZone => _wall.LocalTimeZone;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return AdvanceToNow();
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ClockTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Holds the clock near its current time until disposed.</summary>
    internal ClockHold Hold()
    {
        lock (_gate)
        {
            var hold = new ClockHold(this);
            Insert(hold, AdvanceToNow());
            return hold;
        }
    }

    internal void Move(ClockHold hold, DateTimeOffset moment)
    {
        lock (_gate)
        {
            if (!Remove(hold))
                return;
            Insert(hold, moment);
        }
    }

    /// <summary>Releases all holds.</summary>
    internal void Free()
    {
        lock (_gate)
        {
            AdvanceToNow();
            _isFree = true;
        }
    }

    /// <summary>Sets a timer's due time; <see cref="Timeout.InfiniteTimeSpan"/> stops it.</summary>
    internal void Schedule(ClockTimer timer, TimeSpan dueTime)
    {
        lock (_gate)
        {
            Remove(timer);
            timer.IsCalled = false;
            if (dueTime < TimeSpan.Zero)
                return;
            Insert(timer, AdvanceToNow() + dueTime);
            Arm(AdvanceToNow());
        }
    }

    /// <summary>True for the single call that starts a due timer.</summary>
    internal bool Begin(ClockTimer timer)
    {
        lock (_gate)
        {
            if (!timer.IsCalled || !Remove(timer))
                return false;
            timer.IsCalled = false;
            if (timer.Period <= TimeSpan.Zero)
                return true;
            Insert(timer, timer.Due + timer.Period);
            Arm(AdvanceToNow());
            return true;
        }
    }

    /// <summary>Advances the time before removing the entry, so that the clock does not skip the time it was held for.</summary>
    internal bool Remove(ClockEntry entry)
    {
        lock (_gate)
        {
            AdvanceToNow();
            return _entries.Remove(entry);
        }
    }

    private void Insert(ClockEntry entry, DateTimeOffset due)
    {
        entry.Due = due;
        entry.Sequence = ++_sequence;
        _entries.Add(entry);
    }

    private DateTimeOffset AdvanceToNow()
    {
        long wall = _wall.GetTimestamp();
        DateTimeOffset now = _anchor + (_wall.GetElapsedTime(_anchorWall, wall) * Speed);
        if (!_isFree && _entries.Min is { } first && now > first.Due + _slack)
        {
            // Rebased only here, because each time loses a fraction of a tick.
            now = first.Due + _slack;
            (_anchor, _anchorWall) = (now > _last ? now : _last, wall);
        }

        if (now > _last)
            _last = now;
        return _last;
    }

    private void Ring()
    {
        List<ClockTimer> due = [];
        lock (_gate)
        {
            DateTimeOffset now = AdvanceToNow();
            foreach (ClockEntry entry in _entries)
            {
                if (entry.Due > now)
                    break;
                if (entry is not ClockTimer { IsCalled: false } timer)
                    continue;
                timer.IsCalled = true;
                due.Add(timer);
            }

            Arm(now);
        }

        // Separately, so that one callback does not delay the others.
        foreach (ClockTimer timer in due)
            ThreadPool.UnsafeQueueUserWorkItem(timer, preferLocal: false);
    }

    private void Arm(DateTimeOffset now)
    {
        foreach (ClockEntry entry in _entries)
        {
            if (entry is not ClockTimer { IsCalled: false })
                continue;
            double wait = Math.Clamp((entry.Due - now).TotalMilliseconds / Speed, 1, TimeSpan.MillisecondsPerDay);
            _alarm.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait)), Timeout.InfiniteTimeSpan);
            return;
        }
    }
}

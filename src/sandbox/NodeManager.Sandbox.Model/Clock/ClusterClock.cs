namespace NodeManager.Sandbox.Model.Clock;

/// <summary>
/// A clock that starts where it is told to and runs at a multiple of the wall's, timers included. It never runs away from the cluster:
/// while a timer that is due has not begun, or something holds the clock, it goes no further than the slack. So a busy machine makes the
/// clock slower, where otherwise minutes would pass between two heartbeats and nodes would be lost that are well.
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

    /// <param name="wall">The clock that moves this one.</param>
    /// <param name="speed">How many seconds pass here while one passes there; at most so many, see above.</param>
    /// <param name="start">What it shows at first; null takes the wall's time.</param>
    public ClusterClock(TimeProvider wall, double speed, DateTimeOffset? start)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(speed);
        _wall = wall;
        Speed = speed;
        // Timers of a system are late by up to 16 ms: the clock does not slow down for that alone. No heartbeat may be missed because of it either.
        _slack = TimeSpan.FromSeconds(Math.Clamp(speed * 0.02, 1, 10));
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
            return Settle();
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ClockTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Keeps the clock near this moment until it is disposed. For work that has to be done before time continues.</summary>
    internal ClockHold Hold()
    {
        lock (_gate)
        {
            var hold = new ClockHold(this);
            Insert(hold, Settle());
            return hold;
        }
    }

    /// <summary>Moves a hold to a later moment.</summary>
    internal void Move(ClockHold hold, DateTimeOffset moment)
    {
        lock (_gate)
        {
            if (!Remove(hold))
                return;
            Insert(hold, moment);
        }
    }

    /// <summary>Nothing holds the clock any more: what it held for has ended.</summary>
    internal void Free()
    {
        lock (_gate)
        {
            Settle();
            _isFree = true;
        }
    }

    /// <summary>Sets when a timer is due; <see cref="Timeout.InfiniteTimeSpan"/> stops it.</summary>
    internal void Schedule(ClockTimer timer, TimeSpan dueTime)
    {
        lock (_gate)
        {
            Remove(timer);
            timer.IsCalled = false;
            if (dueTime < TimeSpan.Zero)
                return;
            Insert(timer, Settle() + dueTime);
            Arm(Settle());
        }
    }

    /// <summary>True for the one call that begins a timer which is due.</summary>
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
            Arm(Settle());
            return true;
        }
    }

    /// <summary>Settles what time it is before the entry no longer counts, so that the clock does not jump over what it was held for.</summary>
    internal bool Remove(ClockEntry entry)
    {
        lock (_gate)
        {
            Settle();
            return _entries.Remove(entry);
        }
    }

    private void Insert(ClockEntry entry, DateTimeOffset due)
    {
        entry.Due = due;
        entry.Sequence = ++_sequence;
        _entries.Add(entry);
    }

    private DateTimeOffset Settle()
    {
        long wall = _wall.GetTimestamp();
        DateTimeOffset now = _anchor + (_wall.GetElapsedTime(_anchorWall, wall) * Speed);
        if (!_isFree && _entries.Min is { } first && now > first.Due + _slack)
        {
            // Anchored again only here: each time, a fraction of a tick is lost.
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
            DateTimeOffset now = Settle();
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

        // Each on its own: what one of them does must not keep the others waiting.
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

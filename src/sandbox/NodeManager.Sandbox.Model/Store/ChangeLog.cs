namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// The newest changes of one kind, bounded by their number and by the bytes of what they replaced. Appended to under the store's lock, read by any
/// number of cursors without one. Readers hold a number and no reference, so they keep nothing alive that the log drops.
/// </summary>
internal sealed class ChangeLog
{
    private const int LeastSlots = 16;

    private readonly int _capacity;
    private readonly long _capacityBytes;

    // The change of a number is in the slot of its remainder. Replaced when it grows.
    private Change?[] _slots = new Change?[LeastSlots];
    private long _first;
    private long _next;
    private long _bytes;
    private long _forgotten;
    private TaskCompletionSource? _pulse;

    /// <param name="capacity">How many changes are kept.</param>
    /// <param name="capacityBytes">How many bytes of outdated documents are kept; the newest change is kept in any case.</param>
    /// <param name="from">The version that it begins after.</param>
    public ChangeLog(int capacity, long capacityBytes, long from)
    {
        _capacity = capacity;
        _capacityBytes = capacityBytes;
        _forgotten = from;
    }

    /// <summary>The number of the oldest change that is kept.</summary>
    public long First => Volatile.Read(ref _first);

    /// <summary>The number that the next change gets.</summary>
    public long Next => Volatile.Read(ref _next);

    /// <summary>Bytes of outdated documents that it keeps. Only under the store's lock.</summary>
    public long Bytes => _bytes;

    /// <summary>The version of the oldest change; null if the newest is the only one, which stays. Only under the store's lock.</summary>
    public long? OldestVersion => _next - _first > 1 ? _slots[_first % _slots.Length]!.Version : null;

    /// <summary>Drops the oldest change. Only under the store's lock.</summary>
    public void DropOldest() => Drop();

    /// <summary>Only under the store's lock.</summary>
    public void Append(Change change)
    {
        long bytes = change.OutdatedBytes;
        while (_first < _next && (_next - _first >= _capacity || _bytes + bytes > _capacityBytes))
            Drop();
        if (_next - _first == _slots.Length)
            Grow();
        change.Number = _next;
        _bytes += bytes;
        Volatile.Write(ref _slots[_next % _slots.Length], change);
        Volatile.Write(ref _next, _next + 1);
    }

    /// <summary>Drops everything up to this version. Only under the store's lock.</summary>
    public void Forget(long version)
    {
        while (_first < _next)
            Drop();
        _forgotten = version;
    }

    /// <summary>Wakes who waits; apart from appending, so that a version is published before anybody hears of it.</summary>
    public void Pulse() => Interlocked.Exchange(ref _pulse, null)?.TrySetResult();

    /// <summary>The number of the first change that is newer than the version; null if such a change was dropped. Only under the store's lock.</summary>
    public long? Find(long version)
    {
        if (version < _forgotten)
            return null;
        long low = _first,
            high = _next;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (_slots[middle % _slots.Length]!.Version <= version)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The change of this number; null where there is none yet, or it was dropped.</summary>
    public Change? Read(long number)
    {
        Change?[] slots = Volatile.Read(ref _slots);
        return Volatile.Read(ref slots[number % slots.Length]) is { } change && change.Number == number ? change : null;
    }

    /// <summary>Completes when there is a change of this number.</summary>
    public Task WaitAsync(long number)
    {
        TaskCompletionSource? pulse = Volatile.Read(ref _pulse);
        if (pulse is null)
        {
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            pulse = Interlocked.CompareExchange(ref _pulse, mine, null) ?? mine;
        }

        // The writer appends first and pulses second: what is not seen here will pulse.
        Interlocked.MemoryBarrier();
        return number >= Next ? pulse.Task : Task.CompletedTask;
    }

    private void Drop()
    {
        ref Change? slot = ref _slots[_first % _slots.Length];
        _bytes -= slot!.OutdatedBytes;
        _forgotten = slot.Version;
        Volatile.Write(ref slot, null);
        Volatile.Write(ref _first, _first + 1);
    }

    private void Grow()
    {
        var grown = new Change?[_slots.Length * 2];
        for (long number = _first; number < _next; number++)
            grown[number % grown.Length] = _slots[number % _slots.Length];
        Volatile.Write(ref _slots, grown);
    }
}

namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// The recent changes of a kind, limited by number and by bytes of replaced objects. Appended under the store's lock, read by cursors
/// without it. Readers hold numbers, not references, so they retain nothing.
/// </summary>
internal sealed class ChangeLog
{
    private const int LeastSlots = 16;

    // Controllers read the former version directly after a change.
    private const int ChangesWithModels = 256;

    private readonly int _capacity;
    private readonly long _capacityBytes;

    // A ring buffer by number, which grows.
    private Change?[] _slots = new Change?[LeastSlots];
    private long _first;
    private long _next;
    private long _bytes;
    private long _forgotten;
    private TaskCompletionSource? _pulse;

    /// <param name="capacityBytes">The limit of outdated objects; the newest change is always kept.</param>
    /// <param name="from">The log starts after this version.</param>
    public ChangeLog(int capacity, long capacityBytes, long from)
    {
        _capacity = capacity;
        _capacityBytes = capacityBytes;
        _forgotten = from;
    }

    /// <summary>Raised with the number of a change before readers see it. Under the store's lock.</summary>
    public event Action<long>? Appending;

    public long First => Volatile.Read(ref _first);

    public long Next => Volatile.Read(ref _next);

    /// <summary>Bytes of retained outdated objects. Under the store's lock.</summary>
    public long Bytes => _bytes;

    /// <summary>The version of the oldest change; null if only the newest is left, which is kept. Under the store's lock.</summary>
    public long? OldestVersion => _next - _first > 1 ? _slots[_first % _slots.Length]!.Version : null;

    /// <summary>Under the store's lock.</summary>
    public void DropOldest() => Drop();

    /// <summary>Under the store's lock.</summary>
    public void Append(Change change)
    {
        long bytes = change.OutdatedBytes;
        while (_first < _next && (_next - _first >= _capacity || _bytes + bytes > _capacityBytes))
            Drop();
        if (_next - _first == _slots.Length)
            Grow();
        change.SequenceNumber = _next;
        _bytes += bytes;
        Appending?.Invoke(_next);
        Volatile.Write(ref _slots[_next % _slots.Length], change);
        Volatile.Write(ref _next, _next + 1);
        if (_next - _first > ChangesWithModels)
            _slots[(_next - 1 - ChangesWithModels) % _slots.Length]!.Previous?.DropModel();
    }

    /// <summary>Drops all changes up to this version. Under the store's lock.</summary>
    public void DropThrough(long version)
    {
        while (_first < _next)
            Drop();
        _forgotten = version;
    }

    /// <summary>Wakes waiters; separate from appending, so that the version is published first.</summary>
    public void Pulse() => Interlocked.Exchange(ref _pulse, null)?.TrySetResult();

    /// <summary>The number of the first change after the version; null if it was dropped. Under the store's lock.</summary>
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

    /// <summary>The change of this number; null if it does not exist yet or was dropped.</summary>
    public Change? Read(long number)
    {
        Change?[] slots = Volatile.Read(ref _slots);
        return Volatile.Read(ref slots[number % slots.Length]) is { } change && change.SequenceNumber == number ? change : null;
    }

    public Task WaitAsync(long number)
    {
        TaskCompletionSource? pulse = Volatile.Read(ref _pulse);
        if (pulse is null)
        {
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            pulse = Interlocked.CompareExchange(ref _pulse, mine, null) ?? mine;
        }

        // The writer appends, then pulses: a change that is not visible here will pulse.
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

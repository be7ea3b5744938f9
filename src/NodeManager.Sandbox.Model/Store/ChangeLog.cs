namespace NodeManager.Sandbox.Model.Store;

/// <summary>The newest changes of one kind. Appended to under the store's lock, read by any number of cursors without one.</summary>
internal sealed class ChangeLog
{
    private readonly int _capacity;
    private Change _first;
    private Change _last;
    private int _count;
    private long _forgotten;
    private TaskCompletionSource? _pulse;

    public ChangeLog(int capacity, long from)
    {
        _capacity = capacity;
        _forgotten = from;

        // The first link of the chain; its content is not used.
        _first = _last = new(ChangeType.Deleted, null!, null, from);
    }

    /// <summary>Changes up to this version are no longer kept: a watch cannot resume from an earlier one.</summary>
    public long Forgotten => Volatile.Read(ref _forgotten);

    /// <summary>Only under the store's lock.</summary>
    public void Append(Change change)
    {
        _last.Next = change;
        _last = change;
        if (++_count <= _capacity) return;
        _first = _first.Next!;
        _count--;
        Volatile.Write(ref _forgotten, _first.Version);
    }

    /// <summary>Lets go of everything up to this version. Only under the store's lock.</summary>
    public void Forget(long version)
    {
        _first = _last = new(ChangeType.Deleted, null!, null, version);
        _count = 0;
        Volatile.Write(ref _forgotten, version);
    }

    /// <summary>Wakes who waits; apart from appending, so that a version is published before anybody hears of it.</summary>
    public void Pulse() => Interlocked.Exchange(ref _pulse, null)?.TrySetResult();

    /// <summary>The link after which come the changes newer than the version; null if some of them are forgotten. Only under the store's lock.</summary>
    public Change? Find(long version)
    {
        if (version < _forgotten) return null;
        if (_last.Version <= version) return _last;
        Change link = _first;
        while (link.Next is { } next && next.Version <= version) link = next;
        return link;
    }

    /// <summary>Completes when something follows the link.</summary>
    public Task WaitAsync(Change link)
    {
        TaskCompletionSource? pulse = Volatile.Read(ref _pulse);
        if (pulse is null)
        {
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            pulse = Interlocked.CompareExchange(ref _pulse, mine, null) ?? mine;
        }

        // The writer links first and pulses second: what is not seen here will pulse.
        Interlocked.MemoryBarrier();
        return link.Next is null ? pulse.Task : Task.CompletedTask;
    }
}

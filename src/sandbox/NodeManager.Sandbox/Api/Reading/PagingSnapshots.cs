namespace NodeManager.Sandbox.Api.Reading;

/// <summary>
/// Keeps snapshots of paged lists as long as a real server does. After the last page of its last reader, a list is kept for a moment, for a
/// client that lost the response: a snapshot retains all outdated objects of its time.
/// </summary>
internal sealed class PagingSnapshots
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReadLifetime = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Dictionary<(ResourceKind Kind, long Version), (Snapshot Snapshot, DateTimeOffset Expires, int Readers)> _snapshots =
    [];

    public PagingSnapshots(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(
            static state => ((PagingSnapshots)state!).RemoveExpired(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>After the first page of a reader.</summary>
    public void Add(ResourceKind kind, Snapshot snapshot)
    {
        lock (_lock)
            Keep((kind, snapshot.Version), snapshot, Lifetime, _snapshots.GetValueOrDefault((kind, snapshot.Version)).Readers + 1);
    }

    /// <summary>After the last page of a reader.</summary>
    public void Finish(ResourceKind kind, long version)
    {
        lock (_lock)
        {
            if (!_snapshots.TryGetValue((kind, version), out var found) || found.Readers == 0)
                return;
            if (found.Readers == 1)
                Keep((kind, version), found.Snapshot, ReadLifetime, 0);
            else
                _snapshots[(kind, version)] = (found.Snapshot, found.Expires, found.Readers - 1);
        }
    }

    public Snapshot? Find(ResourceKind kind, long version)
    {
        lock (_lock)
        {
            return _snapshots.TryGetValue((kind, version), out var found) && _time.GetUtcNow() <= found.Expires ? found.Snapshot : null;
        }
    }

    private void RemoveExpired()
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            foreach (var old in _snapshots.Where(pair => pair.Value.Expires <= now).Select(static pair => pair.Key).ToArray())
                _snapshots.Remove(old);
            if (_snapshots.Count > 0)
                Arm();
        }
    }

    private void Keep((ResourceKind Kind, long Version) key, Snapshot snapshot, TimeSpan lifetime, int readers)
    {
        _snapshots[key] = (snapshot, _time.GetUtcNow() + lifetime, readers);
        Arm();
    }

    private void Arm()
    {
        TimeSpan delay = _snapshots.Values.Min(static one => one.Expires) - _time.GetUtcNow();
        _timer.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}

namespace NodeManager.Sandbox.Api.Reading;

/// <summary>
/// Keeps snapshots of paged lists as long as a real server does. After its last page, a list is kept for a moment, for a client that lost
/// the response: a snapshot retains all outdated objects of its time.
/// </summary>
internal sealed class PagingSnapshots
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReadLifetime = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Dictionary<(ResourceKind Kind, long Version), (Snapshot Snapshot, DateTimeOffset Expires)> _snapshots = [];

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

    public void Add(ResourceKind kind, Snapshot snapshot)
    {
        lock (_lock)
        {
            if (_snapshots.TryAdd((kind, snapshot.Version), (snapshot, _time.GetUtcNow() + Lifetime)))
                Arm();
        }
    }

    /// <summary>After the last page.</summary>
    public void Finish(ResourceKind kind, long version)
    {
        lock (_lock)
        {
            DateTimeOffset soon = _time.GetUtcNow() + ReadLifetime;
            if (!_snapshots.TryGetValue((kind, version), out var found) || found.Expires <= soon)
                return;
            _snapshots[(kind, version)] = (found.Snapshot, soon);
            Arm();
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

    private void Arm()
    {
        TimeSpan delay = _snapshots.Values.Min(static one => one.Expires) - _time.GetUtcNow();
        _timer.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}

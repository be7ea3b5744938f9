namespace NodeManager.Sandbox.Api.Reading;

/// <summary>Keeps snapshots of paged lists as long as a real server does.</summary>
internal sealed class PagingSnapshots
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Dictionary<(ResourceKind Kind, long Version), (Snapshot Snapshot, DateTimeOffset Kept)> _snapshots = [];

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
            if (_snapshots.Count == 0)
                _timer.Change(Lifetime, Timeout.InfiniteTimeSpan);
            _snapshots.TryAdd((kind, snapshot.Version), (snapshot, _time.GetUtcNow()));
        }
    }

    public Snapshot? Find(ResourceKind kind, long version)
    {
        lock (_lock)
        {
            return _snapshots.TryGetValue((kind, version), out var found) && _time.GetUtcNow() - found.Kept <= Lifetime
                ? found.Snapshot
                : null;
        }
    }

    private void RemoveExpired()
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            foreach (var old in _snapshots.Where(pair => now - pair.Value.Kept >= Lifetime).Select(static pair => pair.Key).ToArray())
                _snapshots.Remove(old);
            if (_snapshots.Count > 0)
                _timer.Change(_snapshots.Values.Min(static one => one.Kept) + Lifetime - now, Timeout.InfiniteTimeSpan);
        }
    }
}

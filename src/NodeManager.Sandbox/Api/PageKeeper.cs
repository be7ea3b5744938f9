using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

/// <summary>Keeps the snapshots that paged lists go on from, for as long as a real server does.</summary>
internal sealed class PageKeeper(TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<(ResourceKind Kind, long Version), (Snapshot Snapshot, DateTimeOffset Kept)> _snapshots = [];

    public void Keep(ResourceKind kind, Snapshot snapshot)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var old in _snapshots.Where(pair => now - pair.Value.Kept > Lifetime).Select(static pair => pair.Key).ToArray()) _snapshots.Remove(old);
            _snapshots.TryAdd((kind, snapshot.Version), (snapshot, now));
        }
    }

    public Snapshot? Find(ResourceKind kind, long version)
    {
        lock (_lock)
        {
            return _snapshots.TryGetValue((kind, version), out var found) && time.GetUtcNow() - found.Kept <= Lifetime ? found.Snapshot : null;
        }
    }
}

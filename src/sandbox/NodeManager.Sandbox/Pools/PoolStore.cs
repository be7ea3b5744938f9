using System.Globalization;
using NodeManager.Sandbox.Api.Registry;

namespace NodeManager.Sandbox.Pools;

/// <summary>Clusters and pools in memory. Thread-safe; returned items are immutable.</summary>
internal sealed class PoolStore(TimeProvider time, IdentitySource identities)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PoolItem> _clusters = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, PoolItem> _pools = new(StringComparer.OrdinalIgnoreCase);
    private long _version;
    private long _created;

    /// <summary>Raised after each change of a pool, outside of locks.</summary>
    public event Action? Changed;

    public IReadOnlyList<PoolItem> Clusters() => List(_clusters);

    public IReadOnlyList<PoolItem> Pools() => List(_pools);

    public PoolItem Cluster(string id) => Get(_clusters, id, "Cluster");

    public PoolItem Pool(string id) => Get(_pools, id, "NodePool");

    public PoolItem AddCluster(string name, JsonObject spec, string user) =>
        Change(() =>
        {
            if (_clusters.Values.Any(one => one.Name == name))
                throw PoolRefusal.Exists("Cluster", name, "");
            return Put(_clusters, New(name, "", spec, user));
        });

    /// <exception cref="PoolRefusal">400: an unknown cluster; 409.</exception>
    public PoolItem AddPool(string name, string clusterId, JsonObject spec, string user, JsonObject? template = null) =>
        Change(() =>
        {
            if (!_clusters.TryGetValue(clusterId, out PoolItem? cluster))
                throw PoolRefusal.Invalid($"cluster {clusterId} does not exist");
            RequireFree(name, cluster.Id, null);
            return Put(_pools, New(name, cluster.Id, spec, user) with { Template = template });
        });

    public PoolItem ReplaceCluster(string id, JsonObject spec) =>
        Change(() => Replace(_clusters, Get(_clusters, id, "Cluster"), spec, null));

    public PoolItem ReplacePool(string id, string name, JsonObject spec) =>
        Change(() =>
        {
            PoolItem pool = Get(_pools, id, "NodePool");
            RequireFree(name, pool.ClusterId, pool.Id);
            return Replace(_pools, pool, spec, name);
        });

    public void DeleteCluster(string id) =>
        Change(() =>
        {
            PoolItem cluster = Get(_clusters, id, "Cluster");
            _clusters.Remove(cluster.Id);
            foreach (PoolItem pool in _pools.Values.Where(one => one.ClusterId == cluster.Id).ToList())
                _pools.Remove(pool.Id);
            return cluster;
        });

    public void DeletePool(string id) =>
        Change(() =>
        {
            PoolItem pool = Get(_pools, id, "NodePool");
            _pools.Remove(pool.Id);
            return pool;
        });

    /// <summary>Replaces the controller's former report.</summary>
    /// <exception cref="PoolRefusal">400: a future observed generation; 404.</exception>
    public PoolItem Report(bool isCluster, string id, JsonObject report) =>
        Change(() =>
        {
            Dictionary<string, PoolItem> items = isCluster ? _clusters : _pools;
            PoolItem item = Get(items, id, isCluster ? "Cluster" : "NodePool");
            if (report.Number("observed_generation") is not (>= 0 and var observed) || observed > item.Generation)
                throw PoolRefusal.Invalid(
                    string.Create(CultureInfo.InvariantCulture, $"observed_generation must be from 0 to {item.Generation}")
                );
            var stored = (JsonObject)report.DeepClone();
            stored["updated_at"] = ResourceRegistry.MicroTimestamp(time.GetUtcNow());
            string name = report.Text("controller_name")!;
            return Put(items, item with { Controllers = [.. item.Controllers.Where(one => one.Text("controller_name") != name), stored] });
        });

    private PoolItem Change(Func<PoolItem> work)
    {
        PoolItem changed;
        lock (_gate)
            changed = work();
        Changed?.Invoke();
        return changed;
    }

    private IReadOnlyList<PoolItem> List(Dictionary<string, PoolItem> items)
    {
        lock (_gate)
            return [.. items.Values.OrderBy(static one => one.Number)];
    }

    private PoolItem Get(Dictionary<string, PoolItem> items, string id, string kind)
    {
        lock (_gate)
            return items.GetValueOrDefault(id) ?? throw PoolRefusal.NotFound(kind);
    }

    private PoolItem Put(Dictionary<string, PoolItem> items, PoolItem item) => items[item.Id] = item with { Version = ++_version };

    private PoolItem Replace(Dictionary<string, PoolItem> items, PoolItem item, JsonObject spec, string? name) =>
        Put(
            items,
            item with
            {
                Name = name ?? item.Name,
                Spec = (JsonObject)spec.DeepClone(),
                Generation = item.Generation + 1,
                UpdatedAt = time.GetUtcNow(),
            }
        );

    private PoolItem New(string name, string clusterId, JsonObject spec, string user)
    {
        DateTimeOffset now = time.GetUtcNow();
        return new()
        {
            Number = ++_created,
            Id = identities.NextUid(),
            Name = name,
            ClusterId = clusterId,
            Spec = (JsonObject)spec.DeepClone(),
            CreatedAt = now,
            UpdatedAt = now,
            CreatedBy = user,
        };
    }

    private void RequireFree(string name, string clusterId, string? except)
    {
        if (_pools.Values.Any(one => one.Name == name && one.ClusterId == clusterId && one.Id != except))
            throw PoolRefusal.Exists("NodePool", name, " in cluster");
    }
}

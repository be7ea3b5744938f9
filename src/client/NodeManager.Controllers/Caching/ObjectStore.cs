using System.Runtime.InteropServices;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Controllers.Caching;

/// <summary>The objects of a cache by UID, name and index, with their waiters. Not thread-safe: guarded by the cache's lock.</summary>
internal sealed class ObjectStore<T>
    where T : KubernetesObject
{
    private readonly Dictionary<string, T> _byUid = new(StringComparer.Ordinal);
    private readonly HashSet<T> _byName = new(ObjectNameComparer<T>.Instance);
    private readonly Dictionary<ObjectIndex<T>, Dictionary<string, HashSet<string>>> _indexes = [];
    private readonly Dictionary<string, string> _admitted = new(StringComparer.Ordinal);
    private readonly ChangeSignals<string> _ofObjects = new();
    private readonly ChangeSignals<(ObjectIndex<T> Index, string Key)> _ofKeys = new();
    private readonly ChangeSignals<bool> _ofAll = new();
    private string? _version,
        _listed;

    public IReadOnlyList<T> Items => [.. _byUid.Values];

    public int Count => _byUid.Count;

    public T? Find(string uid) => _byUid.GetValueOrDefault(uid);

    public T? Find(string? ns, string name) =>
        _byName.GetAlternateLookup<(string? Namespace, string Name)>().TryGetValue((ns, name), out T? item) ? item : null;

    public IReadOnlyList<T> FindAll(ObjectIndex<T> index, string key) =>
        Index(index).TryGetValue(key, out HashSet<string>? uids) ? [.. uids.Select(uid => _byUid[uid])] : [];

    public Task Changed(string uid) => _ofObjects.Next(uid);

    public Task Changed(ObjectIndex<T> index, string key) => _ofKeys.Next((index, key));

    public Task Changed() => _ofAll.Next(true);

    /// <returns>The effective changes: fewer where an added object was newer.</returns>
    public List<ObjectChange<T>> Apply(WatchEvent<T> seen)
    {
        List<ObjectChange<T>> changes = [];
        if (seen.Type == WatchEventType.Synced)
        {
            _version = seen.ListVersion;
            // A list of the same version does not have them.
            foreach (
                string gone in _admitted.Where(a => !ResourceVersions.IsNewer(a.Value, seen.ListVersion)).Select(static a => a.Key).ToList()
            )
                Remove(gone, changes);
            _byUid.TrimExcess(_byUid.Count + (_byUid.Count / 8));
            _byName.TrimExcess(_byName.Count + (_byName.Count / 8));
            return changes;
        }

        _version = seen.Object.Metadata.ResourceVersion ?? _version;
        _admitted.Remove(KeyOf(seen.Object));
        if (seen.Type == WatchEventType.Deleted)
            Remove(KeyOf(seen.Object), changes, seen.Object);
        // A late report of a deletion that a list has shown already.
        else if (
            _listed is null
            || _byUid.ContainsKey(KeyOf(seen.Object))
            || ResourceVersions.IsNewer(seen.Object.Metadata.ResourceVersion, _listed)
        )
            Put(seen.Object, changes);
        return changes;
    }

    /// <summary>Adds an object that was read besides the watch, unless the watch has reported that version or a newer one.</summary>
    public List<ObjectChange<T>> AddOrUpdate(T item)
    {
        List<ObjectChange<T>> changes = [];
        string? version = item.Metadata.ResourceVersion;
        if (_version is not null && !ResourceVersions.IsNewer(version, _version))
            return changes;
        PutIfNewer(item, changes);
        return changes;
    }

    /// <summary>
    /// Applies a list that was read besides the watch, unless the watch is newer: objects that are not in the list are deleted.
    /// </summary>
    public List<ObjectChange<T>> Relist(KubernetesList<T> list)
    {
        List<ObjectChange<T>> changes = [];
        string? version = list.Metadata.ResourceVersion;
        if (_version is not null && !ResourceVersions.IsNewer(version, _version))
            return changes;
        _listed = version;
        HashSet<string> present = [.. list.Items.Select(KeyOf)];
        foreach (
            string gone in _byUid
                .Where(o => !present.Contains(o.Key) && !ResourceVersions.IsNewer(o.Value.Metadata.ResourceVersion, version))
                .Select(static o => o.Key)
                .ToList()
        )
            Remove(gone, changes);
        foreach (T item in list.Items)
            PutIfNewer(item, changes);
        return changes;
    }

    public void Fail(Exception failure)
    {
        _ofObjects.Fail(failure);
        _ofKeys.Fail(failure);
        _ofAll.Fail(failure);
    }

    // Kinds without a UID (metrics) are distinguished by name.
    public static string KeyOf(T item) => item.Metadata.Uid ?? $"{item.Metadata.Namespace}/{item.Metadata.Name}";

    private void PutIfNewer(T item, List<ObjectChange<T>> changes)
    {
        if (!_byUid.ContainsKey(KeyOf(item)))
            _admitted[KeyOf(item)] = item.Metadata.ResourceVersion ?? "";
        Put(item, changes);
    }

    private void Put(T item, List<ObjectChange<T>> changes)
    {
        string uid = KeyOf(item);
        T? before = _byUid.GetValueOrDefault(uid);
        if (before is not null && !ResourceVersions.IsNewer(item.Metadata.ResourceVersion, before.Metadata.ResourceVersion))
            return;
        // A new object of the same name: the former one was deleted, even if its deletion was not reported yet.
        if (_byName.TryGetValue(item, out T? former) && KeyOf(former) is var key && key != uid)
            Remove(key, changes);
        _byUid[uid] = item;
        _byName.Remove(item);
        _byName.Add(item);
        foreach ((ObjectIndex<T> index, Dictionary<string, HashSet<string>> byKey) in _indexes)
            Reindex(index, byKey, uid, before, item);
        changes.Add(new(before is null ? WatchEventType.Added : WatchEventType.Modified, item) { Before = before });
        _ofObjects.Raise(uid);
        _ofAll.Raise(true);
    }

    private void Remove(string uid, List<ObjectChange<T>> changes, T? last = null)
    {
        _admitted.Remove(uid);
        if (!_byUid.Remove(uid, out T? before))
            return;
        _byName.Remove(before);
        foreach ((ObjectIndex<T> index, Dictionary<string, HashSet<string>> byKey) in _indexes)
            Reindex(index, byKey, uid, before, null);
        changes.Add(new(WatchEventType.Deleted, last ?? before));
        _ofObjects.Raise(uid);
        _ofAll.Raise(true);
    }

    private Dictionary<string, HashSet<string>> Index(ObjectIndex<T> index)
    {
        if (_indexes.TryGetValue(index, out Dictionary<string, HashSet<string>>? byKey))
            return byKey;
        _indexes.Add(index, byKey = new(StringComparer.Ordinal));
        foreach ((string uid, T item) in _byUid)
            Reindex(index, byKey, uid, null, item);
        foreach (HashSet<string> uids in byKey.Values)
            uids.TrimExcess();
        return byKey;
    }

    private void Reindex(ObjectIndex<T> index, Dictionary<string, HashSet<string>> byKey, string uid, T? before, T? now)
    {
        foreach (string key in before is null ? [] : index.KeysOf(before))
        {
            if (byKey.TryGetValue(key, out HashSet<string>? uids) && uids.Remove(uid) && uids.Count == 0)
                byKey.Remove(key);
            _ofKeys.Raise((index, key));
        }

        foreach (string key in now is null ? [] : index.KeysOf(now))
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(byKey, key, out _) ??= []).Add(uid);
            _ofKeys.Raise((index, key));
        }
    }
}

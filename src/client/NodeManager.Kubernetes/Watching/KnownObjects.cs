using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Watching;

/// <summary>The reported state of a watch, so that after a gap only the difference is reported.</summary>
internal sealed class KnownObjects<T>
    where T : KubernetesObject
{
    private readonly HashSet<T> _known = new(ObjectNameComparer<T>.Instance);

    public int Count => _known.Count;

    /// <summary>The events for this state of an object: none if it was reported already.</summary>
    public IEnumerable<WatchEvent<T>> Observe(T item)
    {
        if (!_known.TryGetValue(item, out T? before))
        {
            _known.Add(item);
            yield return new(WatchEventType.Added, item);
            yield break;
        }

        bool same = before.Metadata.Uid == item.Metadata.Uid;
        if (same && !ResourceVersions.IsNewer(item.Metadata.ResourceVersion, before.Metadata.ResourceVersion))
            yield break;
        _known.Remove(before);
        _known.Add(item);
        if (same)
        {
            yield return new(WatchEventType.Modified, item);
            yield break;
        }

        // Deleted and recreated with the same name between two lists.
        yield return new(WatchEventType.Deleted, before);
        yield return new(WatchEventType.Added, item);
    }

    /// <summary>The last reported object of the same name; null for none.</summary>
    public T? Find(T item) => _known.TryGetValue(item, out T? known) ? known : null;

    /// <summary>False if it was not reported, or another object has its name.</summary>
    public bool Remove(T item) =>
        _known.TryGetValue(item, out T? before) && before.Metadata.Uid == item.Metadata.Uid && _known.Remove(before);

    /// <summary>Removes and returns the objects that are missing in a complete list.</summary>
    public List<T> RemoveMissing(HashSet<T> present)
    {
        List<T> gone = [.. _known.Where(item => !present.Contains(item))];
        foreach (T item in gone)
            _known.Remove(item);
        return gone;
    }

    /// <summary>Releases unused capacity.</summary>
    public void Trim() => _known.TrimExcess(_known.Count + (_known.Count / 8));
}

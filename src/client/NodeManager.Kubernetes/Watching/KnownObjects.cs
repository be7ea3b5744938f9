using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Watching;

/// <summary>What a watch has told, so that after a gap only the difference is told.</summary>
internal sealed class KnownObjects<T>
    where T : KubernetesObject
{
    private readonly HashSet<T> _known = new(ObjectNameComparer<T>.Instance);

    /// <summary>The events that tell of this state of an object: none when it was told before.</summary>
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

        // Gone and created again by the same name, between two looks.
        yield return new(WatchEventType.Deleted, before);
        yield return new(WatchEventType.Added, item);
    }

    /// <summary>The object of the same name as it was told last; null: never.</summary>
    public T? Find(T item) => _known.TryGetValue(item, out T? known) ? known : null;

    /// <summary>False when it was never told, or another one has taken its name since.</summary>
    public bool Forget(T item) =>
        _known.TryGetValue(item, out T? before) && before.Metadata.Uid == item.Metadata.Uid && _known.Remove(before);

    /// <summary>Forgets the objects that a complete list no longer has, and returns them.</summary>
    /// <param name="present">The list, by <see cref="ObjectNameComparer{T}"/>.</param>
    public List<T> ForgetAllBut(HashSet<T> present)
    {
        List<T> gone = [.. _known.Where(item => !present.Contains(item))];
        foreach (T item in gone)
            _known.Remove(item);
        return gone;
    }

    /// <summary>Gives back the memory that growing left unused.</summary>
    public void Trim() => _known.TrimExcess(_known.Count + (_known.Count / 8));
}

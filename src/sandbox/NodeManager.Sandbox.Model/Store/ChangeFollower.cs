using System.Runtime.CompilerServices;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// Follows a kind while the cluster runs. If the log drops unread changes, it relists and reports the difference. Retains at most one
/// outdated version of an object. Not thread-safe.
/// </summary>
internal sealed class ChangeFollower
{
    private readonly DocumentStore _store;
    private readonly ResourceKind _kind;
    private readonly Dictionary<(string Namespace, string Name), StoredObject> _known = [];
    private SortedObjects? _start;
    private ChangeCursor _cursor;

    public ChangeFollower(DocumentStore store, ResourceKind kind)
    {
        (_store, _kind) = (store, kind);
        (_start, _cursor) = store.OpenFollowing(kind);
    }

    /// <summary>The initial objects. Enumerate completely, once, before the changes.</summary>
    public IEnumerable<StoredObject> Begin()
    {
        _known.EnsureCapacity(_start!.Count);
        foreach (StoredObject item in _start.Walk())
        {
            _known[Key(item)] = item;
            yield return item;
        }

        _start = null;
    }

    public async IAsyncEnumerable<Change> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            while (_cursor.TryRead(out Change? change))
            {
                Track(change);
                yield return change;
            }

            if (_cursor.IsExpired)
            {
                foreach (Change change in Compare())
                {
                    Track(change);
                    yield return change;
                }
            }

            await _cursor.WaitAsync(cancellationToken);
        }
    }

    private static (string Namespace, string Name) Key(StoredObject item) => (item.Namespace, item.Name);

    private List<Change> Compare()
    {
        (SortedObjects objects, _cursor) = _store.OpenFollowing(_kind);
        List<Change> changes = [];
        HashSet<(string, string)> present = [];
        foreach (StoredObject item in objects.Walk())
        {
            present.Add(Key(item));
            StoredObject? before = _known.GetValueOrDefault(Key(item));
            if (before?.Version == item.Version)
                continue;
            if (before is not null && before.Uid != item.Uid)
            {
                changes.Add(new(ChangeType.Deleted, before, before, item.Version));
                before = null;
            }

            changes.Add(new(before is null ? ChangeType.Added : ChangeType.Modified, item, before, item.Version));
        }

        foreach ((var key, StoredObject item) in _known)
            if (!present.Contains(key))
                changes.Add(new(ChangeType.Deleted, item, item, _store.Version));
        return changes;
    }

    private void Track(Change change)
    {
        if (change.Type == ChangeType.Deleted)
            _known.Remove(Key(change.Object));
        else
            _known[Key(change.Object)] = change.Object;
    }
}

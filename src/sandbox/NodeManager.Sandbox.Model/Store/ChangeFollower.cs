using System.Runtime.CompilerServices;
using NodeManager.Sandbox.Model.Clock;

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
    private readonly DeliveryHold? _hold;
    private SortedObjects? _start;
    private ChangeCursor _cursor;

    /// <param name="clock">Held until each change is processed; null for real time.</param>
    public ChangeFollower(DocumentStore store, ResourceKind kind, ClusterClock? clock = null)
    {
        (_store, _kind) = (store, kind);
        _hold = clock is null ? null : new(clock);
        (_start, _cursor) = store.OpenFollowing(kind, _hold);
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

    /// <summary>The changes after <see cref="Begin"/>, until cancelled. Ends without an exception: a stopping cluster would throw hundreds.</summary>
    public async IAsyncEnumerable<Change> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using DeliveryHold? hold = _hold;
        while (!cancellationToken.IsCancellationRequested)
        {
            while (_cursor.TryRead(out Change? change))
            {
                Track(change);
                yield return change;
                hold?.MoveTo(_cursor.Next);
            }

            if (_cursor.IsExpired)
            {
                foreach (Change change in Compare())
                {
                    Track(change);
                    yield return change;
                }

                hold?.MoveTo(_cursor.Next);
            }

            await _cursor.WaitAsync(cancellationToken).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

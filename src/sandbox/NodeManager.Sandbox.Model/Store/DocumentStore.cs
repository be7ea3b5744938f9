namespace NodeManager.Sandbox.Model.Store;

// How controllers use it
//   Reading:   store.Get(Kinds.Pods, ns, name)?.As<Pod>()          the shared typed object: read, never change it
//              store.List(Kinds.Pods).Objects.Walk(ns)              a snapshot: any namespace (null), sorted, never blocks writers
//              store.ListBy(Kinds.Pods, "spec.nodeName", node)      by an indexed field; store.Dependents(uid) by owner
//              item.Field("status.phase"), item.Labels, item.Uid    read when stored: cheap
//   Watching:  ChangeFollower follower = new(store, kind); follower.Begin() is what exists, follower.ReadAsync(ct) what changes
//              or: Snapshot s = store.List(kind); … store.WatchAsync(kind, s.Version, ct)
//   Writing:   through ResourceRegistry (SandboxCluster gives it), which keeps the API's rules (uid, generation, defaults, grace,
//              finalizers, 404/409 as ApiException): registry.Create, registry.Update(kind, ns, name, change), registry.UpdateStatus,
//              registry.Delete. A change is a function on a JSON copy, run again when another writer was faster; returning without
//              having changed anything writes nothing.

/// <summary>
/// JSON documents by kind and key with one version counter. Writers hold a lock only to link the result; readers take immutable snapshots;
/// watches read the kind's log.
/// </summary>
internal sealed class DocumentStore
{
    /// <summary>The number of changes per kind that a watch can resume over.</summary>
    public const int DefaultLogCapacity = 32_768;

    /// <summary>The limit of outdated objects retained by the logs of all kinds.</summary>
    public const long AllLogBytes = 64 * 1024 * 1024;

    /// <summary>
    /// The limit of outdated objects retained by the log of a kind. With 9 KB per node, this is the last 3,500 changes of nodes; with 20,000
    /// nodes at rest, two minutes.
    /// </summary>
    public const long LogBytes = 32 * 1024 * 1024;

    // A positive start, so that very old versions have expired from the beginning.
    private const long FirstVersion = 100;

    private readonly Lock _lock = new();
    private readonly int _logCapacity;

    // Replaced, never modified.
    private Dictionary<ResourceKind, Table> _tables;
    private readonly ObjectIndex _dependents = new();
    private long _logBytes;
    private long _version = FirstVersion;
    private long _published = FirstVersion;

    public DocumentStore(IEnumerable<ResourceKind> kinds, int logCapacity = DefaultLogCapacity)
    {
        _logCapacity = logCapacity;
        _tables = kinds
            .Where(static kind => kind.StoredAs == kind)
            .ToDictionary(kind => kind, kind => new Table(kind, new(logCapacity, LogBytes, FirstVersion)));
    }

    /// <summary>Raised for every change on the writer's thread, after it is stored.</summary>
    public event Action<Change>? Committed;

    public long KeptLogBytes
    {
        get
        {
            lock (_lock)
                return _logBytes;
        }
    }

    public long Version => Volatile.Read(ref _published);

    public void Add(ResourceKind kind)
    {
        lock (_lock)
        {
            if (!_tables.ContainsKey(kind))
                Volatile.Write(ref _tables, new(_tables) { [kind] = new(kind, new(_logCapacity, LogBytes, FirstVersion)) });
        }
    }

    /// <summary>Removes a kind without objects.</summary>
    public void Remove(ResourceKind kind)
    {
        lock (_lock)
        {
            var remaining = new Dictionary<ResourceKind, Table>(_tables);
            if (remaining.Remove(kind, out Table? gone))
                _logBytes -= gone.Log.Bytes;
            Volatile.Write(ref _tables, remaining);
        }
    }

    public StoredObject? Get(ResourceKind kind, string ns, string name) => TableOf(kind).Objects.Find(ns, name);

    public Snapshot List(ResourceKind kind)
    {
        Table table = TableOf(kind);
        lock (_lock)
            return new(table.Objects, _version);
    }

    /// <summary>Unordered.</summary>
    public StoredObject[] ListBy(ResourceKind kind, string field, string value) => ListBy(kind, field, value, out _);

    /// <summary>With the version of the result.</summary>
    public StoredObject[] ListBy(ResourceKind kind, string field, string value, out long version)
    {
        Table table = TableOf(kind);
        if (table.IndexedField != kind.IndexOfField(field))
            throw new ArgumentException($"{kind.Plural} are not indexed by {field}.", nameof(field));
        lock (_lock)
        {
            version = _version;
            return table.Index.Find(value);
        }
    }

    public StoredObject[] Dependents(string ownerUid)
    {
        lock (_lock)
        {
            return _dependents.Find(ownerUid);
        }
    }

    /// <summary>A cursor after the version; null if it has expired.</summary>
    public ChangeCursor? OpenCursor(ResourceKind kind, long version)
    {
        ChangeLog log = TableOf(kind).Log;
        lock (_lock)
            return log.Find(version) is { } next ? new(this, log, next) : null;
    }

    /// <summary>The current objects, and a cursor after them.</summary>
    /// <param name="hold">Is told about each later change before any reader sees it.</param>
    internal (SortedObjects Objects, ChangeCursor Cursor) OpenFollowing(ResourceKind kind, DeliveryHold? hold = null)
    {
        Table table = TableOf(kind);
        lock (_lock)
        {
            if (hold is not null)
                table.Log.Appending += hold.Add;
            return (table.Objects, new(this, table.Log, table.Log.Next));
        }
    }

    /// <summary>Every change after the version, until cancelled.</summary>
    /// <exception cref="InvalidOperationException">The version has expired, or the log has dropped unread changes.</exception>
    public async IAsyncEnumerable<Change> WatchAsync(
        ResourceKind kind,
        long version,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ChangeCursor? cursor = OpenCursor(kind, version);
        while (cursor is { IsExpired: false })
        {
            while (cursor.TryRead(out Change? change))
                yield return change;
            await cursor.WaitAsync(cancellationToken);
        }

        throw new InvalidOperationException($"The changes of {kind.Plural} since {version} are forgotten.");
    }

    /// <summary>All objects at one version.</summary>
    internal (long Version, IReadOnlyList<StoredObject> Objects) Capture()
    {
        SortedObjects[] tables;
        long version;
        lock (_lock)
        {
            tables = [.. _tables.Values.Select(static table => table.Objects)];
            version = _version;
        }

        return (version, [.. tables.SelectMany(static objects => objects.Walk())]);
    }

    /// <summary>Restores an object at its former version, before first use of the store; see <see cref="BeginAt"/>.</summary>
    internal void Load(StoredObject item, long version)
    {
        Table table = TableOf(item.Kind);
        Change change;
        lock (_lock)
        {
            StoredObject stored = item.At(version);
            table.Objects = table.Objects.Set(stored);
            change = Link(table, ChangeType.Added, stored, null);
        }

        Notify(table, change);
    }

    /// <summary>Continues the version counter from here and drops the log, so that no watch resumes from before.</summary>
    internal void BeginAt(long version)
    {
        lock (_lock)
        {
            _version = Math.Max(_version, version);
            foreach (Table table in _tables.Values)
                table.Log.DropThrough(_version);
            _logBytes = 0;
            Volatile.Write(ref _published, _version);
        }
    }

    /// <summary>Null if the key exists.</summary>
    internal StoredObject? TryAdd(StoredObject item)
    {
        Table table = TableOf(item.Kind);
        StoredObject stored;
        Change change;
        lock (_lock)
        {
            if (table.Objects.Find(item.Namespace, item.Name) is not null)
                return null;
            stored = item.At(++_version);
            table.Objects = table.Objects.Set(stored);
            change = Link(table, ChangeType.Added, stored, null);
        }

        Notify(table, change);
        return stored;
    }

    /// <summary>Adds objects of a kind in order, faster than one by one.</summary>
    /// <exception cref="ArgumentException">A key exists.</exception>
    internal void AddAll(ResourceKind kind, IReadOnlyList<StoredObject> items)
    {
        Table table = TableOf(kind);
        var changes = new Change[items.Count];
        lock (_lock)
        {
            long first = _version + 1;
            StoredObject[] stored = [.. items.Select((item, index) => item.At(first + index))];
            table.Objects = table.Objects.Add(stored);
            for (int i = 0; i < stored.Length; i++)
            {
                _version = stored[i].Version;
                changes[i] = Link(table, ChangeType.Added, stored[i], null);
            }
        }

        foreach (Change change in changes)
            Notify(table, change);
    }

    /// <summary>Replaces exactly the expected version; null on a conflict.</summary>
    internal StoredObject? TryReplace(StoredObject expected, StoredObject item)
    {
        Table table = TableOf(item.Kind);
        StoredObject stored;
        Change change;
        lock (_lock)
        {
            if (!ReferenceEquals(table.Objects.Find(expected.Namespace, expected.Name), expected))
                return null;
            stored = item.At(++_version, expected);
            table.Objects = table.Objects.Set(stored);
            change = Link(table, ChangeType.Modified, stored, expected);
        }

        Notify(table, change);
        return stored;
    }

    /// <summary>Removes exactly the expected version; null on a conflict, else its last state at the version of the deletion.</summary>
    /// <param name="marked">Recorded as a change before the removal; null for none.</param>
    internal StoredObject? TryRemove(StoredObject expected, StoredObject? marked = null)
    {
        Table table = TableOf(expected.Kind);
        StoredObject last;
        Change? mark = null;
        Change change;
        lock (_lock)
        {
            if (!ReferenceEquals(table.Objects.Find(expected.Namespace, expected.Name), expected))
                return null;
            StoredObject before = expected;
            if (marked is not null)
                mark = Link(table, ChangeType.Modified, before = marked.At(++_version), expected);
            last = before.At(++_version);
            table.Objects = table.Objects.Remove(expected.Namespace, expected.Name);
            change = Link(table, ChangeType.Deleted, last, before);
        }

        if (mark is not null)
            Notify(table, mark);
        Notify(table, change);
        return last;
    }

    private Table TableOf(ResourceKind kind) =>
        Volatile.Read(ref _tables).TryGetValue(kind.StoredAs, out Table? table) ? table : throw new KindGoneException(kind);

    private void Notify(Table table, Change change)
    {
        table.Log.Pulse();
        Committed?.Invoke(change);
    }

    private Change Link(Table table, ChangeType type, StoredObject item, StoredObject? previous)
    {
        StoredObject? now = type == ChangeType.Deleted ? null : item;
        table.Reindex(previous, now);
        Reindex(_dependents, previous?.OwnerUids ?? [], previous, now?.OwnerUids ?? [], now);

        Change change = new(type, item, previous, item.Version);
        long before = table.Log.Bytes;
        table.Log.Append(change);
        _logBytes += table.Log.Bytes - before;
        while (_logBytes > AllLogBytes && Oldest() is { } oldest)
        {
            before = oldest.Bytes;
            oldest.DropOldest();
            _logBytes -= before - oldest.Bytes;
        }

        Volatile.Write(ref _published, _version);
        return change;
    }

    private ChangeLog? Oldest() =>
        _tables
            .Values.Select(static table => table.Log)
            .Where(static log => log.OldestVersion is not null)
            .MinBy(static log => log.OldestVersion);

    private sealed class Table(ResourceKind kind, ChangeLog log)
    {
        private SortedObjects _objects = SortedObjects.Empty;

        public SortedObjects Objects
        {
            get => Volatile.Read(ref _objects);
            set => Volatile.Write(ref _objects, value);
        }

        public ChangeLog Log { get; } = log;

        public int IndexedField { get; } = Array.FindIndex(kind.SelectableFields, field => field.IsIndexed);

        public ObjectIndex Index { get; } = new();

        public void Reindex(StoredObject? before, StoredObject? after)
        {
            if (IndexedField >= 0)
                DocumentStore.Reindex(Index, TextOf(before), before, TextOf(after), after);

            string[] TextOf(StoredObject? item) => item is null ? [] : [item.Field(IndexedField)];
        }
    }

    private static void Reindex(ObjectIndex index, string[] textsBefore, StoredObject? before, string[] texts, StoredObject? after)
    {
        foreach (string text in textsBefore)
            if (!texts.Contains(text))
                index.Remove(text, before!);
        foreach (string text in texts)
            if (textsBefore.Contains(text))
                index.Replace(text, before!, after!);
            else
                index.Add(text, after!);
    }
}

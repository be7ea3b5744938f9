namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// The current objects by texts that they name, such as a pod's node or owners. Most texts have few objects in clusters with many, so they
/// are kept compactly. Not thread-safe.
/// </summary>
internal sealed class ObjectIndex
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public StoredObject[] Find(string text) => _entries.TryGetValue(text, out Entry? entry) ? entry.ToArray() : [];

    public void Add(string text, StoredObject item)
    {
        if (!_entries.TryGetValue(text, out Entry? entry))
            _entries.Add(text, entry = new());
        entry.Add(item);
    }

    public void Remove(string text, StoredObject item)
    {
        if (_entries.TryGetValue(text, out Entry? entry) && entry.Remove(item) && entry.Count == 0)
            _entries.Remove(text);
    }

    public void Replace(string text, StoredObject before, StoredObject after)
    {
        if (!_entries.TryGetValue(text, out Entry? entry) || !entry.Replace(before, after))
            Add(text, after);
    }

    private sealed class Entry
    {
        private const int Few = 32;

        // By reference; an array up to its limit, then a set.
        private StoredObject[] _few = new StoredObject[1];
        private HashSet<StoredObject>? _many;
        private int _count;

        public int Count => _many?.Count ?? _count;

        public StoredObject[] ToArray() => _many is null ? _few.AsSpan(0, _count).ToArray() : [.. _many];

        public void Add(StoredObject item)
        {
            if (_many is null && _count == Few)
                (_many, _few) = ([.. _few], []);
            // An object may name a text twice.
            if (_many?.Add(item) is not null || Array.IndexOf(_few, item, 0, _count) >= 0)
                return;
            if (_count == _few.Length)
                Array.Resize(ref _few, _count * 2);
            _few[_count++] = item;
        }

        public bool Remove(StoredObject item)
        {
            if (_many is not null)
                return _many.Remove(item);
            int at = Array.IndexOf(_few, item, 0, _count);
            if (at < 0)
                return false;
            _count--;
            Array.Copy(_few, at + 1, _few, at, _count - at);
            _few[_count] = null!;
            return true;
        }

        public bool Replace(StoredObject before, StoredObject after)
        {
            if (_many is not null)
                return _many.Remove(before) && _many.Add(after);
            int at = Array.IndexOf(_few, before, 0, _count);
            if (at >= 0)
                _few[at] = after;
            return at >= 0;
        }
    }
}

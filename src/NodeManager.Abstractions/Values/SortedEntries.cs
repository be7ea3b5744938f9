using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace NodeManager;

/// <summary>Entries sorted by key in one array: the maps of thousands of objects are small, and never change.</summary>
internal sealed class SortedEntries<T> : IDictionary<string, T>
{
    private readonly KeyValuePair<string, T>[] _entries;

    /// <exception cref="ArgumentException">Two entries have the same key.</exception>
    public SortedEntries(IEnumerable<KeyValuePair<string, T>> entries)
    {
        _entries = [.. entries];
        // The API server sends them in order.
        if (!IsSorted())
            Array.Sort(_entries, static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        for (int at = 1; at < _entries.Length; at++)
            if (_entries[at - 1].Key == _entries[at].Key)
                throw new ArgumentException($"Two entries have the key '{_entries[at].Key}'.", nameof(entries));
    }

    public int Count => _entries.Length;

    public bool IsReadOnly => true;

    public ICollection<string> Keys => Array.ConvertAll(_entries, static entry => entry.Key);

    public ICollection<T> Values => Array.ConvertAll(_entries, static entry => entry.Value);

    public T this[string key]
    {
        get => TryGetValue(key, out T? value) ? value : throw new KeyNotFoundException($"No entry has the key '{key}'.");
        set => throw ReadOnly();
    }

    public bool ContainsKey(string key) => Find(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
    {
        int at = Find(key);
        value = at >= 0 ? _entries[at].Value : default;
        return at >= 0;
    }

    public bool Contains(KeyValuePair<string, T> item) =>
        TryGetValue(item.Key, out T? value) && EqualityComparer<T>.Default.Equals(value, item.Value);

    public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, T>>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    public void Add(string key, T value) => throw ReadOnly();

    public void Add(KeyValuePair<string, T> item) => throw ReadOnly();

    public bool Remove(string key) => throw ReadOnly();

    public bool Remove(KeyValuePair<string, T> item) => throw ReadOnly();

    public void Clear() => throw ReadOnly();

    private static NotSupportedException ReadOnly() => new("The map is read-only.");

    private bool IsSorted()
    {
        for (int at = 1; at < _entries.Length; at++)
            if (string.CompareOrdinal(_entries[at - 1].Key, _entries[at].Key) > 0)
                return false;
        return true;
    }

    private int Find(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        int low = 0,
            high = _entries.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = string.CompareOrdinal(_entries[middle].Key, key);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }
}

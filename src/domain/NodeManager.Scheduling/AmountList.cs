using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace NodeManager.Scheduling;

/// <summary>
/// Amounts by resource name: cores, bytes, counts. Pods and nodes have a handful of resources, for which an array is smaller and faster
/// than a dictionary. In the order in which the names were added.
/// </summary>
internal sealed class AmountList : IReadOnlyDictionary<string, decimal>
{
    private const int UsualCount = 2;

    private KeyValuePair<string, decimal>[] _entries = [];

    public AmountList() { }

    public AmountList(AmountList original)
    {
        _entries = original.Entries.ToArray();
        Count = _entries.Length;
    }

    public int Count { get; private set; }

    public ReadOnlySpan<KeyValuePair<string, decimal>> Entries => _entries.AsSpan(0, Count);

    public IEnumerable<string> Keys => this.Select(static entry => entry.Key);

    public IEnumerable<decimal> Values => this.Select(static entry => entry.Value);

    /// <exception cref="KeyNotFoundException">No amount has the name (only when read).</exception>
    public decimal this[string key]
    {
        get => TryGetValue(key, out decimal amount) ? amount : throw new KeyNotFoundException($"No amount has the name '{key}'.");
        set
        {
            int at = Find(key);
            if (at < 0)
            {
                if (Count == _entries.Length)
                    Array.Resize(ref _entries, Math.Max(UsualCount, 2 * Count));
                at = Count++;
            }

            _entries[at] = new(key, value);
        }
    }

    public bool ContainsKey(string key) => Find(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out decimal value)
    {
        int at = Find(key);
        value = at < 0 ? 0 : _entries[at].Value;
        return at >= 0;
    }

    /// <summary>0 if there is none.</summary>
    public decimal Of(string name) => TryGetValue(name, out decimal amount) ? amount : 0;

    public void Add(AmountList more)
    {
        foreach ((string name, decimal amount) in more.Entries)
            this[name] = Of(name) + amount;
    }

    /// <summary>Leaves the name of an amount that becomes 0.</summary>
    public void Subtract(AmountList less)
    {
        foreach ((string name, decimal amount) in less.Entries)
            this[name] = Of(name) - amount;
    }

    /// <summary>Each amount becomes the larger of both.</summary>
    public void Raise(AmountList atLeast)
    {
        foreach ((string name, decimal amount) in atLeast.Entries)
            if (!TryGetValue(name, out decimal present) || present < amount)
                this[name] = amount;
    }

    public bool HasSameAmounts(AmountList other)
    {
        if (Count != other.Count)
            return false;
        foreach ((string name, decimal amount) in Entries)
            if (!other.TryGetValue(name, out decimal its) || its != amount)
                return false;
        return true;
    }

    public IEnumerator<KeyValuePair<string, decimal>> GetEnumerator()
    {
        for (int at = 0; at < Count; at++)
            yield return _entries[at];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // Names of one resource are mostly the same object.
    private int Find(string name)
    {
        ReadOnlySpan<KeyValuePair<string, decimal>> entries = Entries;
        for (int at = 0; at < entries.Length; at++)
            if (entries[at].Key == name)
                return at;
        return -1;
    }
}

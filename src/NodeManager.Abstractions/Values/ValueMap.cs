using System.Collections;
using System.Collections.ObjectModel;

namespace NodeManager;

/// <summary>Values of others by name, which PowerShell shows escaped.</summary>
internal sealed class ValueMap(IReadOnlyDictionary<string, object?> entries)
    : ReadOnlyDictionary<string, object?>(new Dictionary<string, object?>(entries, StringComparer.Ordinal)),
        IEnumerable
{
    // See StringMap.
    IEnumerator IEnumerable.GetEnumerator() =>
        this.Select(static entry => (object)new DisplayEntry(entry.Key, entry.Value)).GetEnumerator();
}

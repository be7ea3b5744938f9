using System.Collections;
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace NodeManager;

/// <summary>
/// Labels or annotations, sorted by key. A dictionary to PowerShell (<c>$node.Labels['zone']</c>), and <c>key=value,key=value</c> as text.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "Scripts and stored objects name the type.")]
public sealed class StringMap : ReadOnlyDictionary<string, string>, IEnumerable
{
    public StringMap(IEnumerable<KeyValuePair<string, string>> entries)
        : base(new SortedEntries<string>(entries)) { }

    /// <summary>The empty map.</summary>
    public static new StringMap Empty { get; } = new([]);

    // PowerShell shows the items of this enumerator (Format-List *), and takes values from the others.
    IEnumerator IEnumerable.GetEnumerator() =>
        this.Select(static entry => (object)new DisplayEntry(entry.Key, entry.Value)).GetEnumerator();

    public override string ToString() => string.Join(",", this.Select(e => $"{e.Key}={e.Value}"));
}

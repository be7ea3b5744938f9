using System.Collections.ObjectModel;

namespace NodeManager;

/// <summary>
/// Labels or annotations, sorted by key. A dictionary to PowerShell (<c>$node.Labels['zone']</c>), and <c>key=value,key=value</c> as text.
/// </summary>
public sealed class StringMap : ReadOnlyDictionary<string, string>
{
    public StringMap(IEnumerable<KeyValuePair<string, string>> entries)
        : base(new SortedEntries<string>(entries))
    {
    }

    /// <summary>The empty map.</summary>
    public static new StringMap Empty { get; } = new([]);

    public override string ToString() => string.Join(",", this.Select(e => $"{e.Key}={e.Value}"));
}

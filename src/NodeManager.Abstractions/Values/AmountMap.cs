using System.Collections.ObjectModel;
using System.Globalization;

namespace NodeManager;

/// <summary>Amounts by resource name, sorted by name; <c>name=amount,name=amount</c> as text.</summary>
public sealed class AmountMap : ReadOnlyDictionary<string, decimal>
{
    public AmountMap(IEnumerable<KeyValuePair<string, decimal>> entries)
        : base(new SortedEntries<decimal>(entries)) { }

    /// <summary>The empty map.</summary>
    public static new AmountMap Empty { get; } = new([]);

    public override string ToString() =>
        string.Join(",", this.Select(e => $"{e.Key}={e.Value.ToString("0.###", CultureInfo.InvariantCulture)}"));
}

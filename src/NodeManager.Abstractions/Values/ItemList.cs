using System.Collections.ObjectModel;

namespace NodeManager;

/// <summary>A read-only list that reads well in a CSV cell or a string: its items, separated by a comma and a space.</summary>
public sealed class ItemList<T>(IList<T> items) : ReadOnlyCollection<T>(items)
{
    /// <summary>The empty list.</summary>
    public static new ItemList<T> Empty { get; } = new([]);

    public override string ToString() => string.Join(", ", this);
}

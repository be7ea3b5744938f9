using System.Collections.ObjectModel;
using System.Globalization;

namespace NodeManager;

/// <summary>The status that one controller reported for a node pool.</summary>
public sealed class NodePoolControllerStatus
{
    public required string Name { get; init; }

    /// <summary>The generation of the pool that the report is about.</summary>
    public long ObservedGeneration { get; init; }

    public ItemList<NodeCondition> Conditions { get; init; } = ItemList<NodeCondition>.Empty;

    /// <summary>Further values of the controller: text, numbers, true and false; other values as JSON.</summary>
    public IReadOnlyDictionary<string, object?> Metadata
    {
        get;
        init => field = new ValueMap(value);
    } = ReadOnlyDictionary<string, object?>.Empty;

    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The metadata's <c>active_nodes</c>.</summary>
    public int? ActiveNodes => Count("active_nodes");

    /// <summary>The metadata's <c>desired_nodes</c>.</summary>
    public int? DesiredNodes => Count("desired_nodes");

    public override string ToString() => Name;

    /// <summary>The condition's status; null where the controller does not report it.</summary>
    internal string? StatusOf(string condition) => Conditions.FirstOrDefault(one => one.Type == condition)?.Status;

    private int? Count(string key) =>
        Metadata.TryGetValue(key, out object? value) && value is long or int or decimal
            ? Convert.ToDecimal(value, CultureInfo.InvariantCulture) is >= 0 and <= int.MaxValue and var count
                ? (int)count
                : null
            : null;
}

namespace NodeManager;

/// <summary>The effect of a field's change on the nodes of a pool. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodePoolEffect
{
    /// <summary>The nodes stay as they are.</summary>
    public const string InPlace = "InPlace";

    /// <summary>Nodes are added; those that there are stay.</summary>
    public const string AddsNodes = "AddsNodes";

    /// <summary>Nodes are removed, and no other takes their place.</summary>
    public const string RemovesNodes = "RemovesNodes";

    /// <summary>Nodes are replaced, a few at a time.</summary>
    public const string RollsNodes = "RollsNodes";

    /// <summary>Nodes are replaced, all together.</summary>
    public const string RecreatesNodes = "RecreatesNodes";

    /// <summary>An unknown controller decides.</summary>
    public const string Unknown = "Unknown";

    public static ItemList<string> All { get; } = new([InPlace, AddsNodes, RemovesNodes, RollsNodes, RecreatesNodes, Unknown]);
}

using System.Collections;
using System.Globalization;

namespace NodeManager.Parameters;

/// <summary>
/// An object that lost its class in CLIXML, CSV, JSON, a job or a remote session. Its Cluster property determines the cluster; NodeName,
/// Node or Name, in this order, the node.
/// </summary>
internal sealed class ObjectRow : ClusterObject
{
    private const string Deserialized = "Deserialized.NodeManager.";

    // Classes whose Name and Uid are those of a node.
    private static readonly string[] Nodes = [nameof(ClusterNode), nameof(NodeHealth), nameof(NodeSelection)];

    /// <summary>The node's name; empty for none.</summary>
    public string Node { get; private init; } = "";

    /// <summary>The node's UID; empty where unknown.</summary>
    public string NodeUid { get; private init; } = "";

    /// <summary>From Id or RunId.</summary>
    public string RunId { get; private init; } = "";

    public string Namespace { get; private init; } = "";

    public string Name { get; private init; } = "";

    public string Uid { get; private init; } = "";

    /// <summary>The node pool of the row; null for other rows.</summary>
    public PoolRow? Pool { get; private set; }

    /// <summary>Null for text, numbers, lists and live objects.</summary>
    public static ObjectRow? From(object? value)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (
            plain is null or ClusterObject or NodeManagerSession or IConvertible or ScriptBlock
            || (plain is IEnumerable and not IDictionary)
        )
            return null;
        object? onNode = ValueOf(value!, "Node");
        string name = Read(value!, "Name");
        string hostNode = First(Read(value!, "NodeName"), Text(onNode));
        bool isNode = hostNode.Length == 0 && IsNode(value!);
        ObjectRow row = new()
        {
            Cluster = Read(value!, "Cluster"),
            ClusterUid = Read(value!, "ClusterUid"),
            ClusterServer = Read(value!, "ClusterServer"),
            Node = isNode ? name : hostNode,
            NodeUid = First(Read(value!, "NodeUid"), isNode ? Read(value!, "Uid") : UidOf(onNode)),
            RunId = First(Read(value!, "RunId"), Read(value!, "Id")),
            Namespace = Read(value!, "Namespace"),
            Name = name,
            Uid = Read(value!, "Uid"),
        };
        row.Pool = PoolRow.WasPool(value!) ? PoolRow.From(value!, row) : null;
        return row;
    }

    /// <summary>The text of a property or hashtable entry; empty if missing.</summary>
    public static string Read(object value, string name) => Text(ValueOf(value, name));

    public override string ToString() =>
        Name.Length > 0 ? Name
        : Node.Length > 0 ? Node
        : "the input";

    // A row is a node unless its class names its node in another property.
    private static bool IsNode(object value) =>
        PSObject.AsPSObject(value).TypeNames.FirstOrDefault(t => t.StartsWith(Deserialized, StringComparison.Ordinal)) is not { } type
        || Nodes.Any(one => type == Deserialized + one || type.StartsWith($"{Deserialized}{one}#", StringComparison.Ordinal));

    private static string First(string preferred, string other) => preferred.Length > 0 ? preferred : other;

    private static string UidOf(object? node) => node is PSObject { BaseObject: not string } nested ? Text(Property(nested, "Uid")) : "";

    private static string Text(object? value) =>
        value switch
        {
            PSObject { BaseObject: not (string or IConvertible) } nested => Text(Property(nested, "Name")),
            PSObject wrapped => Text(wrapped.BaseObject),
            ClusterNode node => node.Name,
            IConvertible text => text.ToString(CultureInfo.InvariantCulture),
            _ => "",
        };

    private static object? ValueOf(object value, string name) =>
        (value is PSObject wrapped ? wrapped.BaseObject : value) is IDictionary map
            ? Entry(map, name)
            : Property(PSObject.AsPSObject(value), name);

    private static object? Entry(IDictionary map, string name) =>
        map.Keys.OfType<string>().FirstOrDefault(key => string.Equals(key, name, StringComparison.OrdinalIgnoreCase)) is { } key
            ? map[key]
            : null;

    private static object? Property(PSObject value, string name)
    {
        try
        {
            return value.Properties[name]?.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }
}

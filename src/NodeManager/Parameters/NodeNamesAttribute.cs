using System.Collections;
using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace NodeManager.Parameters;

/// <summary>
/// Lets a name parameter take objects (<c>Invoke-NodeDrain $nodes</c>) without forgetting their cluster: each becomes a name, of which
/// <see cref="ObjectOf"/> still knows the object. PowerShell alone would make bare text of them, and a node of that name in whatever
/// cluster is current would be meant.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NodeNamesAttribute : ArgumentTransformationAttribute
{
    // By the instance of the text, not by what it says: names are the same in many clusters.
    private static readonly ConditionalWeakTable<string, ClusterObject> Objects = [];

    /// <summary>False where a hashtable in the place of a name is the change.</summary>
    public bool TakesHashtables { get; init; } = true;

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Unwrap(inputData) switch
        {
            IDictionary when !TakesHashtables => inputData,
            IList list when list.Cast<object?>().Any(item => ObjectFrom(item) is not null) => list.Cast<object?>().Select(Name).ToArray(),
            IList => inputData,
            _ => Name(inputData)!,
        };

    /// <summary>The object that was given in place of the name, or null.</summary>
    public static ClusterObject? ObjectOf(string name) => Objects.TryGetValue(name, out ClusterObject? given) ? given : null;

    private static object? Name(object? item)
    {
        if (ObjectFrom(item) is not { } given)
            return item;
        string name = NodeReference.NameFrom(given) is { Length: > 0 } node ? new string(node.AsSpan()) : $"({given})";
        Objects.Add(name, given);
        return name;
    }

    private static ClusterObject? ObjectFrom(object? item) => Unwrap(item) as ClusterObject ?? ObjectRow.From(item);

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}

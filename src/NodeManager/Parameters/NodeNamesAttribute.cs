using System.Collections;
using System.Runtime.CompilerServices;

namespace NodeManager.Parameters;

/// <summary>
/// Lets a name parameter take objects (<c>Invoke-NodeDrain $nodes</c>) and keep their cluster: each is converted to its name, and
/// <see cref="ObjectOf"/> returns the object. PowerShell alone would convert to text, which selects a node of that name in the current
/// cluster.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NodeNamesAttribute : ArgumentTransformationAttribute
{
    // Keyed by string instance, because clusters share names.
    private static readonly ConditionalWeakTable<string, ClusterObject> Objects = [];

    /// <summary>False where a hashtable in place of a name is the change.</summary>
    public bool TakesHashtables { get; init; } = true;

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Unwrap(inputData) switch
        {
            IDictionary when !TakesHashtables => inputData,
            IList list when list.Cast<object?>().Any(item => ObjectFrom(item) is not null) => list.Cast<object?>().Select(Name).ToArray(),
            IList => inputData,
            _ => Name(inputData)!,
        };

    /// <summary>The object that was passed in place of the name, or null.</summary>
    public static ClusterObject? ObjectOf(string name) => Objects.TryGetValue(name, out ClusterObject? given) ? given : null;

    private static object? Name(object? item)
    {
        if (ObjectFrom(item) is not { } given)
            return item;
        string name = NodeReference.TargetFrom(given) is { Name: { Length: > 0 } node } ? new string(node.AsSpan()) : $"({given})";
        Objects.Add(name, given);
        return name;
    }

    private static ClusterObject? ObjectFrom(object? item) => Unwrap(item) as ClusterObject ?? ObjectRow.From(item);

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}

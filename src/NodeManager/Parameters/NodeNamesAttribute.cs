using System.Collections;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using NodeManager.Sessions;

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

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Unwrap(inputData) switch
    {
        IList list when list.Cast<object?>().Any(item => Unwrap(item) is ClusterObject) => list.Cast<object?>().Select(Name).ToArray(),
        ClusterObject one => Name(one)!,
        _ => inputData,
    };

    /// <summary>The object that was given in place of the name, or null.</summary>
    public static ClusterObject? ObjectOf(string name) => Objects.TryGetValue(name, out ClusterObject? given) ? given : null;

    private static object? Name(object? item)
    {
        if (Unwrap(item) is not ClusterObject given || NodeReference.NameFrom(given) is not { Length: > 0 } name) return item;
        name = new string(name.AsSpan());
        Objects.Add(name, given);
        return name;
    }

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}

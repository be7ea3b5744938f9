using System.Collections.Frozen;

namespace NodeManager.Core.Nodes;

/// <summary>A node to work on.</summary>
public readonly record struct NodeTarget
{
    /// <param name="name">Of the node; converted to lower case, as Kubernetes has all names of nodes.</param>
    /// <param name="uid">Of the node that is meant; empty where only the name is known.</param>
    /// <param name="version">The only resourceVersion that may be changed; empty for any.</param>
    public NodeTarget(string name, string uid = "", string version = "")
    {
        Name = name.ToLowerInvariant();
        Uid = uid;
        Version = version;
    }

    public string Name { get; }

    /// <summary>When not empty, a node that registered again under the name is refused (NodeReplaced).</summary>
    public string Uid { get; }

    /// <summary>When not empty, a patch applies to this resourceVersion or is refused (Conflict). It counts for patches of <c>NodeEditor</c>.</summary>
    public string Version { get; }

    /// <summary>The same node in any version.</summary>
    public NodeTarget AnyVersion => new(Name, Uid);

    public static implicit operator NodeTarget(string name) => new(name);

    /// <summary>Whether a node of this name and of this UID is the one that is meant.</summary>
    public bool Matches(string? uid) => Uid.Length == 0 || Uid == uid;

    /// <summary>No node is known by its UID.</summary>
    public static IReadOnlyDictionary<string, string> NoUids { get; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The UIDs by name, of those targets that have one.</summary>
    public static IReadOnlyDictionary<string, string> UidsOf(IEnumerable<NodeTarget> nodes) =>
        Distinct(nodes)
            .Where(static one => one.Uid.Length > 0)
            .ToDictionary(static one => one.Name, static one => one.Uid, StringComparer.Ordinal);

    /// <summary>Each name once; of several targets of a name, the first one that knows its UID.</summary>
    public static IReadOnlyList<NodeTarget> Distinct(IEnumerable<NodeTarget> nodes) =>
        [.. nodes.GroupBy(n => n.Name, (_, same) => same.OrderBy(n => n.Uid.Length == 0).First())];

    public override string ToString() => Name;
}

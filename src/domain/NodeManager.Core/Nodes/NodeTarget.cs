using System.Collections.Frozen;

namespace NodeManager.Core.Nodes;

/// <summary>A node to work on.</summary>
public readonly record struct NodeTarget
{
    /// <param name="name">Converted to lower case, as all node names in Kubernetes.</param>
    /// <param name="uid">The expected UID; empty if only the name is known.</param>
    /// <param name="version">The expected resourceVersion; empty for any.</param>
    public NodeTarget(string name, string uid = "", string version = "")
    {
        Name = name.ToLowerInvariant();
        Uid = uid;
        Version = version;
    }

    public string Name { get; }

    /// <summary>If not empty, a node that registered again under the name is refused (NodeReplaced).</summary>
    public string Uid { get; }

    /// <summary>If not empty, a patch by <c>NodeEditor</c> applies to this resourceVersion or is refused (Conflict).</summary>
    public string Version { get; }

    /// <summary>The node in any version.</summary>
    public NodeTarget AnyVersion => new(Name, Uid);

    public static implicit operator NodeTarget(string name) => new(name);

    /// <summary>True if the UID is the expected one, or any is accepted.</summary>
    public bool Matches(string? uid) => Uid.Length == 0 || Uid == uid;

    /// <summary>An empty map of UIDs.</summary>
    public static IReadOnlyDictionary<string, string> NoUids { get; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The UIDs by name, of targets with a UID.</summary>
    public static IReadOnlyDictionary<string, string> UidsOf(IEnumerable<NodeTarget> nodes) =>
        Distinct(nodes)
            .Where(static one => one.Uid.Length > 0)
            .ToDictionary(static one => one.Name, static one => one.Uid, StringComparer.Ordinal);

    /// <summary>Each name once; of several targets of a name, the first one with a UID.</summary>
    public static IReadOnlyList<NodeTarget> Distinct(IEnumerable<NodeTarget> nodes) =>
        [.. nodes.GroupBy(n => n.Name, (_, same) => same.OrderBy(n => n.Uid.Length == 0).First())];

    public override string ToString() => Name;
}

namespace NodeManager.Core.Nodes;

/// <summary>A node to work on.</summary>
public readonly record struct NodeTarget
{
    /// <param name="name">Of the node; converted to lower case, as Kubernetes has all names of nodes.</param>
    /// <param name="uid">Of the node that is meant; empty where only the name is known.</param>
    public NodeTarget(string name, string uid = "")
    {
        Name = name.ToLowerInvariant();
        Uid = uid;
    }

    public string Name { get; }

    /// <summary>When not empty, a node that registered again under the name is refused (NodeReplaced).</summary>
    public string Uid { get; }

    public static implicit operator NodeTarget(string name) => new(name);

    /// <summary>Whether a node of this name and of this UID is the one that is meant.</summary>
    public bool Matches(string? uid) => Uid.Length == 0 || Uid == uid;

    /// <summary>Each name once; of several targets of a name, the first one that knows its UID.</summary>
    public static IReadOnlyList<NodeTarget> Distinct(IEnumerable<NodeTarget> nodes) =>
        [.. nodes.GroupBy(n => n.Name, (_, same) => same.OrderBy(n => n.Uid.Length == 0).First())];

    public override string ToString() => Name;
}

namespace NodeManager;

/// <summary>An object that the autoscaler needs in its cluster, and what its installation did with it.</summary>
public sealed class AutoscalerObject : ClusterObject
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>Empty for objects of the whole cluster.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>One of <see cref="AutoscalerObjectStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Each field that changed.</summary>
    public ItemList<NodeFieldChange> Changes { get; init; } = ItemList<NodeFieldChange>.Empty;

    public override string ToString() => $"{Kind} {(Namespace.Length > 0 ? Namespace + "/" : "")}{Name}";
}

/// <summary>The change of an object by the installation. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class AutoscalerObjectStatus
{
    public const string Created = nameof(Created);

    public const string Changed = nameof(Changed);

    public const string Unchanged = nameof(Unchanged);

    /// <summary>Another controller installed it, and it was left as it is.</summary>
    public const string Foreign = nameof(Foreign);
}

namespace NodeManager;

/// <summary>Something that a drain would do or run into, and that a user should confirm before it starts.</summary>
public sealed class NodeDrainConsequence
{
    /// <summary>See <see cref="NodeDrainConsequenceKind"/>.</summary>
    public required string Kind { get; init; }

    public required string Message { get; init; }

    /// <summary>The pods concerned, <c>namespace/name</c>; empty where it concerns the node.</summary>
    public ItemList<string> Pods { get; init; } = ItemList<string>.Empty;

    public override string ToString() => Message;
}

/// <summary>The kinds of consequences. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeDrainConsequenceKind
{
    /// <summary>It is a node of the control plane.</summary>
    public const string ControlPlane = nameof(ControlPlane);

    /// <summary>The kubelet does not report, or reports that it is not ready: evicted pods do not end.</summary>
    public const string Kubelet = nameof(Kubelet);

    /// <summary>Pods that fit on no other node.</summary>
    public const string NoPlacement = nameof(NoPlacement);

    /// <summary>A PDB allows no eviction until something changes.</summary>
    public const string Budget = nameof(Budget);

    /// <summary>The data of emptyDir volumes is lost.</summary>
    public const string DataLoss = nameof(DataLoss);

    /// <summary>No controller recreates the pods.</summary>
    public const string Unmanaged = nameof(Unmanaged);
}

namespace NodeManager;

/// <summary>A pod that the removal of a node would move.</summary>
public sealed class NodeScaleMove
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>The workload that recreates it, as <c>Kind/name</c>; empty for an unmanaged pod.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Its node in the order of a drain; empty for a pod that no controller recreates.</summary>
    public string To { get; init; } = "";

    /// <summary>Its nodes in the other simulated orders, if they differ.</summary>
    public ItemList<string> OrTo { get; init; } = ItemList<string>.Empty;

    /// <summary>The PodDisruptionBudget that covers it, as <c>namespace/name</c>; empty without one.</summary>
    public string Budget { get; init; } = "";

    public override string ToString() => To.Length == 0 ? $"{Namespace}/{Name}" : $"{Namespace}/{Name} to {To}";
}

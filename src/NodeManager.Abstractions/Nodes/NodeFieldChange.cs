namespace NodeManager;

/// <summary>A field of a node that changed, with its text before and after. Empty text: it was not there.</summary>
public sealed class NodeFieldChange
{
    /// <summary>The name of the property: <c>Status</c>, <c>Unschedulable</c>, <c>Labels[zone]</c>, <c>Taints</c>, <c>Conditions[Ready]</c>, …</summary>
    public required string Field { get; init; }

    public string Before { get; init; } = "";

    public string After { get; init; } = "";

    public override string ToString() => $"{Field}: {Before} -> {After}";
}

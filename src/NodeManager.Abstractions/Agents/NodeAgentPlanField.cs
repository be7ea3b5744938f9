namespace NodeManager;

/// <summary>A field of a node that the plan of an agent changes.</summary>
public sealed class NodeAgentPlanField
{
    public required string Node { get; init; }

    /// <summary>As in <see cref="NodeFieldChange"/>: <c>Labels[zone]</c>, <c>Unschedulable</c>, <c>Taints</c>, …</summary>
    public required string Field { get; init; }

    /// <summary>Null: the node does not have the field. Empty: it is there, with an empty value.</summary>
    public string? Before { get; init; }

    /// <summary>Null: the field is removed. Empty: it is there, with an empty value.</summary>
    public string? After { get; init; }

    public override string ToString() => $"{Node} {Field}: {NodeFieldChange.Describe(Before)} -> {NodeFieldChange.Describe(After)}";
}

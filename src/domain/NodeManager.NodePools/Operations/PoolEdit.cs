using System.Text.Json.Nodes;

namespace NodeManager.NodePools.Operations;

/// <summary>A change of a pool: only what is named changes.</summary>
public sealed record PoolEdit
{
    /// <summary>Null: the name stays.</summary>
    public string? NewName { get; init; }

    /// <summary>A JSON merge patch of the specification, made from the current one.</summary>
    public Func<JsonObject, JsonObject> Patch { get; init; } = static _ => [];
}

/// <summary>What a change of a pool would write.</summary>
/// <param name="Before">The pool as it was read.</param>
/// <param name="Name">The name afterwards.</param>
/// <param name="Spec">The specification afterwards. Never changed in place.</param>
/// <param name="Changes">The fields that differ; empty for a pool that is so already.</param>
public sealed record PoolEditPlan(PoolRecord Before, string Name, JsonObject Spec, IReadOnlyList<NodeFieldChange> Changes);

namespace NodeManager.NodePools.Operations;

/// <summary>A change of a pool: unnamed parts stay.</summary>
public sealed record PoolEdit
{
    /// <summary>Null: the name stays.</summary>
    public string? NewName { get; init; }

    /// <summary>Builds a JSON merge patch from the current specification.</summary>
    public Func<JsonObject, JsonObject> Patch { get; init; } = static _ => [];
}

/// <summary>The result of a change before it is written.</summary>
/// <param name="Name">The new name.</param>
/// <param name="Spec">The new specification. Never changed in place.</param>
/// <param name="Changes">The different fields; empty if nothing changes.</param>
public sealed record PoolEditPlan(PoolRecord Before, string Name, JsonObject Spec, IReadOnlyList<NodeFieldChange> Changes);

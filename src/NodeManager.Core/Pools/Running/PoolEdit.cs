using System.Text.Json.Nodes;

namespace NodeManager.Core.Pools.Running;

/// <summary>A change of a pool: only what is named changes.</summary>
public sealed record PoolEdit
{
    /// <summary>Null: the name stays.</summary>
    public string? NewName { get; init; }

    /// <summary>A JSON merge patch of the specification, made from the current one.</summary>
    public Func<JsonObject, JsonObject> Patch { get; init; } = static _ => [];
}

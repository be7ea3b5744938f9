namespace NodeManager.NodePools;

/// <summary>The format of a provider's pool specifications. Thread-safe.</summary>
public interface IPoolFormat
{
    /// <summary>The paths, such as <c>spec.nodeCount</c>, of the fields that determine the number of nodes.</summary>
    IReadOnlyList<string> ScalingFields { get; }

    /// <summary>Never fails: invalid fields are left out.</summary>
    NodePoolSpec Read(JsonObject spec);

    /// <summary>The errors and warnings of a specification.</summary>
    /// <param name="name">Null to skip its check.</param>
    IReadOnlyList<NodePoolFinding> Check(string? name, JsonObject spec);

    /// <summary>The JSON merge patch of a change.</summary>
    /// <param name="spec">Empty for a new pool.</param>
    /// <exception cref="NodeManagerException">NodePoolFieldUnsupported: the format has no such field. NodePoolInvalid.</exception>
    JsonObject PatchOf(PoolChange change, JsonObject spec, string name);
}

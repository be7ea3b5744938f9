using System.Text.Json.Nodes;

namespace NodeManager.NodePools;

/// <summary>How a provider writes the specification of a pool. Pure and thread-safe.</summary>
public interface IPoolFormat
{
    /// <summary>The paths, such as <c>spec.nodeCount</c>, of the fields that decide how many nodes there are.</summary>
    IReadOnlyList<string> ScalingFields { get; }

    /// <summary>The specification as users hold it. Never fails: what is not as it should be is left out.</summary>
    NodePoolSpec Read(JsonObject spec);

    /// <summary>What is wrong with a specification, or questionable.</summary>
    /// <param name="name">The pool's name; null to leave it unchecked.</param>
    /// <param name="spec">The specification.</param>
    IReadOnlyList<NodePoolFinding> Check(string? name, JsonObject spec);

    /// <summary>The JSON merge patch that a change is.</summary>
    /// <param name="change">What is given.</param>
    /// <param name="spec">The current specification, empty for a pool that is to be created.</param>
    /// <param name="name">The pool's name, for errors.</param>
    /// <exception cref="NodeManagerException">NodePoolFieldUnsupported: the format has no such field. NodePoolInvalid.</exception>
    JsonObject PatchOf(PoolChange change, JsonObject spec, string name);
}

using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Scheduling;

/// <summary>A cluster, and pods that are put before its scheduler one after the other, each on the same cluster.</summary>
/// <param name="Objects">What is there, in the order of creation: each with the collection that it is created in.</param>
/// <param name="Probes">Pods of priority 0, none of which changes anything for the next.</param>
/// <param name="Preemptor">A pod that may drive others out; the last.</param>
internal sealed record Scenario(
    IReadOnlyList<(string Collection, JsonObject Manifest)> Objects,
    IReadOnlyList<JsonObject> Probes,
    JsonObject Preemptor
)
{
    /// <summary>Where the probes are created; it exists in every scenario.</summary>
    public const string Namespace = "one";

    public IEnumerable<JsonObject> Nodes =>
        Objects.Where(static one => one.Collection == "/api/v1/nodes").Select(static one => one.Manifest);
}

using System.Text.Json.Nodes;

namespace NodeManager.Kubernetes.Patching;

/// <summary>A change of an object: the document and the rules by which the server merges it.</summary>
public sealed record Patch(PatchType Type, JsonNode Document)
{
    public static Patch Merge(JsonObject document) => new(PatchType.Merge, document);

    public static Patch Strategic(JsonObject document) => new(PatchType.Strategic, document);

    public static Patch Json(JsonArray operations) => new(PatchType.Json, operations);
}

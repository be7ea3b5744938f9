using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Kubernetes.Patching;

/// <summary>A change of an object: a document and the rules to merge it.</summary>
public sealed record Patch(PatchType Type, JsonNode Document)
{
    public static Patch Merge(JsonObject document) => new(PatchType.Merge, document);

    public static Patch Strategic(JsonObject document) => new(PatchType.Strategic, document);

    public static Patch Json(JsonArray operations) => new(PatchType.Json, operations);

    /// <summary>An operation of a JSON patch (RFC 6902). <c>remove</c> has no value.</summary>
    public static JsonObject Operation(string op, string path, JsonNode? value = null)
    {
        JsonObject operation = new() { ["op"] = op, ["path"] = path };
        if (op != "remove")
            operation["value"] = value;
        return operation;
    }

    internal string ContentType =>
        Type switch
        {
            PatchType.Merge => "application/merge-patch+json",
            PatchType.Strategic => "application/strategic-merge-patch+json",
            _ => "application/json-patch+json",
        };

    internal byte[] ToUtf8Bytes()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            Document.WriteTo(writer);
        return buffer.ToArray();
    }
}

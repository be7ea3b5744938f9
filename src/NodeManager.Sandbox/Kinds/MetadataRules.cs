using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds;

/// <summary>What holds for the metadata of every kind.</summary>
internal static class MetadataRules
{
    private const int MostAnnotationBytes = 256 * 1024;

    public static void Validate(ResourceKind kind, JsonObject metadata, FieldErrors errors)
    {
        string name = metadata.Text("name") ?? "";
        if (name.Length == 0) errors.Required("metadata.name", "name or generateName is required");
        else if (kind.Rules.CheckName(name) is { } fault) errors.Invalid("metadata.name", name, fault);
        foreach ((string key, JsonNode? value) in metadata.Object("labels") ?? [])
        {
            if (NameRules.QualifiedName(key) is { } keyFault) errors.Invalid("metadata.labels", key, keyFault);
            string text = (string?)value ?? "";
            if (NameRules.LabelValue(text) is { } valueFault) errors.Invalid("metadata.labels", text, valueFault);
        }

        long size = 0;
        foreach ((string key, JsonNode? value) in metadata.Object("annotations") ?? [])
        {
            size += System.Text.Encoding.UTF8.GetByteCount(key) + System.Text.Encoding.UTF8.GetByteCount((string?)value ?? "");
            if (NameRules.QualifiedName(key.ToLowerInvariant()) is { } keyFault) errors.Invalid("metadata.annotations", key, keyFault);
        }

        if (size > MostAnnotationBytes) errors.TooLong("metadata.annotations", MostAnnotationBytes);
    }
}

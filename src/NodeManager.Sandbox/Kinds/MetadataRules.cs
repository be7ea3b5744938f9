using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds;

/// <summary>What holds for the metadata of every kind.</summary>
internal static class MetadataRules
{
    private const int MostAnnotationBytes = 256 * 1024;

    private static readonly (string Member, string What)[] OwnerMembers = [("apiVersion", "version"), ("kind", "kind"), ("name", "name"), ("uid", "uid")];

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

        ValidateOwners(metadata.Array("ownerReferences") ?? [], errors);
        ValidateFinalizers(kind, metadata.Array("finalizers") ?? [], errors);
        ValidateAnnotations(metadata.Object("annotations") ?? [], errors);
    }

    private static void ValidateOwners(JsonArray owners, FieldErrors errors)
    {
        foreach (JsonObject owner in owners.Cast<JsonObject>())
        {
            foreach ((string member, string what) in OwnerMembers)
                if (string.IsNullOrEmpty(owner.Text(member))) errors.Invalid("metadata.ownerReferences." + member, "", what + " must not be empty");
        }
    }

    private static void ValidateFinalizers(ResourceKind kind, JsonArray finalizers, FieldErrors errors)
    {
        // Definitions and custom objects may have any that is a name.
        bool isBuiltIn = kind.Custom is null && kind != BuiltInKinds.CustomResourceDefinitions;
        for (int i = 0; i < finalizers.Count; i++)
        {
            string name = (string?)finalizers[i] ?? "", path = $"metadata.finalizers[{i}]";
            if (NameRules.QualifiedName(name) is { } fault) errors.Invalid(path, name, fault);
            else if (isBuiltIn && !name.Contains('/', StringComparison.Ordinal) && name is not ("kubernetes" or "orphan" or "foregroundDeletion"))
                errors.Invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }

    private static void ValidateAnnotations(JsonObject annotations, FieldErrors errors)
    {
        long size = 0;
        foreach ((string key, JsonNode? value) in annotations)
        {
            size += System.Text.Encoding.UTF8.GetByteCount(key) + System.Text.Encoding.UTF8.GetByteCount((string?)value ?? "");
            if (NameRules.QualifiedName(key.ToLowerInvariant()) is { } keyFault) errors.Invalid("metadata.annotations", key, keyFault);
        }

        if (size > MostAnnotationBytes) errors.TooLong("metadata.annotations", MostAnnotationBytes);
    }
}

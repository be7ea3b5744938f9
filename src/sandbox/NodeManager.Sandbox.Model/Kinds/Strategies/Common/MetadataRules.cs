using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies.Common;

/// <summary>Metadata rules of all kinds.</summary>
internal static class MetadataRules
{
    private const int MaximumAnnotationBytes = 256 * 1024;

    private const int OwnersReworded = 32;

    /// <param name="old">Null for a new object.</param>
    public static void Validate(ResourceKind kind, JsonObject metadata, JsonObject? old, FieldErrors errors)
    {
        if (old is null)
            ValidateNames(kind, metadata, errors);
        else
            ValidateChange(metadata, old, errors);
        if (metadata.Number("generation") is < 0 and var generation && old is null)
            errors.Invalid("metadata.generation", generation, "must be greater than or equal to 0");
        SelectorRules.ValidateLabels(metadata.Object("labels"), "metadata.labels", errors);
        ValidateAnnotations(metadata.Object("annotations") ?? [], errors);
        ValidateOwners(metadata.Array("ownerReferences") ?? [], errors);
        ValidateFinalizers(kind, metadata.Array("finalizers") ?? [], errors);
    }

    private static void ValidateNames(ResourceKind kind, JsonObject metadata, FieldErrors errors)
    {
        string name = metadata.Text("name") ?? "",
            stem = metadata.Text("generateName") ?? "";

        // The trailing hyphen of a generateName will be followed by a suffix.
        if (stem.Length > 0)
        {
            foreach (string fault in kind.Rules.CheckName(stem.EndsWith('-') && stem.Length > 1 ? stem[..^1] + "a" : stem))
                errors.Invalid("metadata.generateName", stem, fault);
        }

        if (name.Length == 0)
            errors.Required("metadata.name", "name or generateName is required");
        else
            errors.Check("metadata.name", name, kind.Rules.CheckName);
    }

    private static void ValidateChange(JsonObject metadata, JsonObject old, FieldErrors errors)
    {
        if (old["deletionTimestamp"] is null)
            return;
        string[] before = [.. old.Texts("finalizers")];
        string[] added = [.. metadata.Texts("finalizers").Except(before, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (added.Length == 0)
            return;
        string formatted = string.Join(", ", added.Select(static one => $"\"{one}\""));
        errors.Forbidden(
            "metadata.finalizers",
            $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{formatted}}}"
        );
    }

    private static void ValidateOwners(JsonArray owners, FieldErrors errors)
    {
        string first = "";
        bool isShort = errors.Minor >= OwnersReworded;
        foreach (JsonObject owner in owners.OfType<JsonObject>())
        {
            const string At = "metadata.ownerReferences";
            string[] version = (owner.Text("apiVersion") ?? "").Split('/');
            if (version.Length > 2 || version[^1].Length == 0)
                errors.Invalid(At + ".apiVersion", owner.Text("apiVersion") ?? "", "version must not be empty");
            foreach (string member in (ReadOnlySpan<string>)["kind", "name", "uid"])
                if (string.IsNullOrEmpty(owner.Text(member)))
                    errors.Invalid($"{At}.{member}", "", isShort ? "must not be empty" : member + " must not be empty");
            if (owner.Text("apiVersion") == "v1" && owner.Text("kind") == "Event")
                errors.Invalid(At, owner, "/v1, Kind=Event is disallowed from being an owner");
            if (owner.Flag("controller") != true)
                continue;
            string name = $"{owner.Text("kind")}/{owner.Text("name")}";
            if (first.Length == 0)
                first = name;
            else
                errors.Invalid(
                    At,
                    owners,
                    $"Only one reference can have Controller set to true. Found \"true\" in references for {first} and {name}"
                );
        }
    }

    private static void ValidateFinalizers(ResourceKind kind, JsonArray finalizers, FieldErrors errors)
    {
        string[] names = [.. finalizers.Select(static one => (string?)one ?? "")];
        foreach (string name in names)
            errors.Check("metadata.finalizers", name, NameRules.QualifiedName);
        if (names.Contains("orphan") && names.Contains("foregroundDeletion"))
            errors.Invalid("metadata.finalizers", finalizers, "finalizer orphan and foregroundDeletion cannot be both set");

        if (kind.Custom is not null || kind.AllowsUnqualifiedFinalizers)
            return;
        for (int i = 0; i < names.Length; i++)
        {
            if (!names[i].Contains('/', StringComparison.Ordinal) && names[i] is not ("kubernetes" or "orphan" or "foregroundDeletion"))
                errors.Invalid(
                    $"metadata.finalizers[{i}]",
                    names[i],
                    "name is neither a standard finalizer name nor is it fully qualified"
                );
        }
    }

    private static void ValidateAnnotations(JsonObject annotations, FieldErrors errors)
    {
        long size = 0;
        foreach ((string key, JsonNode? value) in annotations)
        {
            size += System.Text.Encoding.UTF8.GetByteCount(key) + System.Text.Encoding.UTF8.GetByteCount((string?)value ?? "");
            foreach (string fault in NameRules.QualifiedName(key.ToLowerInvariant()))
                errors.Invalid("metadata.annotations", key, fault);
        }

        if (size > MaximumAnnotationBytes)
            errors.TooLong("metadata.annotations", MaximumAnnotationBytes);
    }
}

using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>Prepares a changed document: keeps identity and parts of other scopes, increments the generation.</summary>
internal static class UpdatePreparation
{
    private const int NamespaceRewordedAt = 22;

    private static readonly string[] Immutable =
    [
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "selfLink",
    ];

    public static void Prepare(
        ResourceKind kind,
        string? version,
        int minor,
        StoredObject current,
        JsonObject old,
        JsonObject changed,
        WriteScope scope
    )
    {
        KindRules rules = kind.RulesAt(version);
        JsonObject before = old["metadata"]!.AsObject(),
            metadata = changed.Ensure("metadata");
        CheckIdentity(kind, current, metadata, minor);
        metadata.Remove("managedFields");
        RefuseEnd(kind, minor, current.Name, before, metadata);
        foreach (string member in Immutable)
            metadata.CopyMember(before, member);
        metadata["name"] = current.Name;
        if (kind.IsNamespaced)
            metadata["namespace"] = current.Namespace;
        else
            metadata.Remove("namespace");

        if (scope == WriteScope.Status)
        {
            JsonNode? status = changed["status"]?.DeepClone();
            foreach (string member in changed.Select(pair => pair.Key).ToArray())
                if (member is not ("metadata" or "kind" or "apiVersion"))
                    changed.Remove(member);
            foreach ((string member, JsonNode? value) in old)
                if (member is not ("metadata" or "status") && value is not null)
                    changed[member] = value.DeepClone();
            if (status is not null)
                changed["status"] = status;
            metadata.CopyMember(before, "ownerReferences");
            if (rules.StatusKeepsLabels || !rules.StatusMayChangeMetadata)
                metadata.CopyMember(before, "labels");
            if (!rules.StatusMayChangeMetadata)
            {
                metadata.CopyMember(before, "annotations");
                metadata.CopyMember(before, "finalizers");
            }
        }
        else if (scope == WriteScope.EphemeralContainers)
        {
            EphemeralContainerRules.Keep(old, changed);
        }
        else if (kind.HasStatusAt(version) && scope is WriteScope.Main or WriteScope.Scale)
        {
            changed.CopyMember(old, "status");
        }
    }

    /// <summary>Increments the generation after a relevant change. Call it after defaulting.</summary>
    public static void CountGeneration(ResourceKind kind, string? version, int minor, JsonObject old, JsonObject changed, WriteScope scope)
    {
        // A binding does not increment the generation.
        if (!kind.HasGenerationAt(minor) || scope is WriteScope.Status or WriteScope.Binding)
            return;
        KindRules rules = kind.RulesAt(version);
        JsonObject before = old["metadata"]!.AsObject(),
            metadata = changed["metadata"]!.AsObject();
        bool counts =
            (rules.CountsForGeneration?.Invoke(old, changed) ?? !JsonNode.DeepEquals(old["spec"], changed["spec"]))
            || (rules.AnnotationsCountForGeneration && !JsonNode.DeepEquals(before["annotations"], metadata["annotations"]));
        if (counts)
            metadata["generation"] = (before.Number("generation") ?? 0) + 1;
    }

    /// <summary>True while a terminating object must stay: finalizers, or grace period.</summary>
    public static bool HoldsBack(ResourceKind kind, JsonObject document)
    {
        JsonObject metadata = document["metadata"]!.AsObject();
        return metadata.Array("finalizers") is { Count: > 0 }
            || metadata.Number("deletionGracePeriodSeconds") is > 0
            || kind.Rules.HoldsBack(document);
    }

    /// <summary>Validates name and namespace of a document against its path.</summary>
    public static void CheckName(ResourceKind kind, string ns, string name, JsonObject metadata, int minor)
    {
        if (metadata.Text("name") is { Length: > 0 } stated && stated != name)
            throw StatusErrors.BadRequest($"the name of the object ({stated}) does not match the name on the URL ({name})");
        if (!kind.IsNamespaced || metadata.Text("namespace") is not { Length: > 0 } other || other == ns)
            return;
        throw StatusErrors.BadRequest(
            minor < NamespaceRewordedAt
                ? $"the namespace of the object ({other}) does not match the namespace on the request ({ns})"
                : "the namespace of the provided object does not match the namespace sent on the request"
        );
    }

    private static void CheckIdentity(ResourceKind kind, StoredObject current, JsonObject metadata, int minor)
    {
        string name = current.Name;
        CheckName(kind, current.Namespace, name, metadata, minor);
        if (metadata.Text("uid") is { Length: > 0 } uid && uid != current.Uid)
        {
            var errors = new FieldErrors(minor);
            errors.Invalid("metadata.uid", uid, "field is immutable");
            throw StatusErrors.Invalid(kind, name, errors);
        }

        string version = metadata.Text("resourceVersion") ?? "";
        if (version.Length == 0)
        {
            if (kind.AllowsUnconditionalUpdate)
                return;
            throw StatusErrors.MissingResourceVersion(kind, name, minor);
        }

        if (
            !ulong.TryParse(
                version,
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out ulong stated
            )
        )
            throw StatusErrors.Unclassified($"strconv.ParseUint: parsing \"{version}\": invalid syntax");

        if (stated == 0)
        {
            if (kind.AllowsUnconditionalUpdate)
                return;
            throw StatusErrors.MissingResourceVersion(kind, name, minor);
        }

        long number = stated > long.MaxValue ? long.MaxValue : (long)stated;
        if (number != current.Version)
            throw StatusErrors.Modified(kind, name);
    }

    // Only a deletion may set the end of an object.
    private static void RefuseEnd(ResourceKind kind, int minor, string name, JsonObject before, JsonObject metadata)
    {
        if (before["deletionTimestamp"] is not null)
            return;
        var errors = new FieldErrors(minor);
        if (metadata.Text("deletionTimestamp") is { } end)
            errors.AddInvalid("metadata.deletionTimestamp", errors.Time(end), "field is immutable");
        if (metadata["deletionGracePeriodSeconds"] is { } grace)
            errors.Invalid("metadata.deletionGracePeriodSeconds", grace, "field is immutable");
        if (errors.Faults.Count > 0)
            throw StatusErrors.Invalid(kind.StoredAs, name, errors);
    }
}

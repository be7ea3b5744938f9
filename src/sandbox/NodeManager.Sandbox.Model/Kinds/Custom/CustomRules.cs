using NodeManager.Sandbox.Model.Kinds.Custom.Schemas;

namespace NodeManager.Sandbox.Model.Kinds.Custom;

/// <summary>
/// Rules of a custom kind at one version. Objects are stored without a version and pruned by the stored one; reads apply the requested
/// version's defaults and prune its unknown fields, as conversion "None" does.
/// </summary>
internal static class CustomRules
{
    public static KindRules Of(string group, CustomVersion version, CustomVersion stored)
    {
        bool isStored = version == stored;
        return new()
        {
            Default = document => SchemaDefaults.Apply(document, version.Schema),
            Validate = (document, _, errors) => Validate(document, version, $"{group}/{version.Name}", errors),
            CountsForGeneration = (old, changed) => Counts(old, changed, version.HasStatus),
            Show = document =>
            {
                SchemaPruning.Prune(document, stored.Schema);
                SchemaDefaults.Apply(document, stored.Schema);
                if (!isStored)
                    SchemaPruning.Prune(document, version.Schema);
            },
            Store = isStored ? null : document => SchemaPruning.Prune(document, stored.Schema),
        };
    }

    private static void Validate(JsonObject document, CustomVersion version, string apiVersion, FieldErrors errors)
    {
        new SchemaValidator(errors, version.Minor).Check(document, version.Schema, apiVersion);
        if (version.Scale is not { } scale)
            return;
        CheckCount(document, scale.Replicas, errors);
        CheckCount(document, scale.StatusReplicas, errors);
    }

    private static void CheckCount(JsonObject document, string path, FieldErrors errors)
    {
        if (ScalePaths.Find(document, path).AsNumber() is < 0 and var count)
            errors.Invalid(path, count, "should be a non-negative integer");
    }

    // All except metadata, and except the status where it is a subresource.
    private static bool Counts(JsonObject old, JsonObject changed, bool hasStatus)
    {
        IEnumerable<string> members = old.Select(static pair => pair.Key)
            .Union(changed.Select(static pair => pair.Key), StringComparer.Ordinal);
        return members.Any(member =>
            member is not ("metadata" or "kind" or "apiVersion")
            && !(hasStatus && member == "status")
            && !JsonNode.DeepEquals(old[member], changed[member])
        );
    }
}

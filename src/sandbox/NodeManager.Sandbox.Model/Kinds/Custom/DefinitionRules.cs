using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox.Model.Kinds.Custom.Paths;

namespace NodeManager.Sandbox.Model.Kinds.Custom;

internal static class DefinitionRules
{
    /// <summary>Keeps a definition until its last object is deleted.</summary>
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    private static readonly string[] ColumnTypes = ["boolean", "date", "integer", "number", "string"];
    private static readonly string[] ColumnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    public static KindRules Rules { get; } =
        new()
        {
            Default = Default,
            PrepareCreate = static definition =>
                definition["status"] = new JsonObject
                {
                    ["conditions"] = null,
                    ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
                    ["storedVersions"] = new JsonArray(StorageVersion(definition)),
                },
            PrepareDelete = PrepareDelete,
            Validate = Validate,
            ValidateUpdate = ValidateUpdate,
            Warn = static (definition, _) => DefinitionWarnings.Of(definition),
        };

    private static void Default(JsonObject definition)
    {
        JsonObject spec = definition.Ensure("spec"),
            names = spec.Ensure("names");
        if (names.Text("kind") is { Length: > 0 } kind)
        {
            names.Default("singular", kind.ToLowerInvariant());
            names.Default("listKind", kind + "List");
        }

        spec.Ensure("conversion").Default("strategy", "None");

        // Objects may still be stored at any former storage version.
        if (
            definition.Object("status").Array("storedVersions") is { } stored
            && StorageVersion(definition) is { Length: > 0 } current
            && !stored.Any(one => (string?)one == current)
        )
        {
            stored.Add(current);
        }
    }

    private static void PrepareDelete(JsonObject definition, string now)
    {
        JsonObject metadata = definition["metadata"]!.AsObject();
        if (metadata["finalizers"] is not JsonArray finalizers)
            metadata["finalizers"] = finalizers = [];
        if (!finalizers.Any(static one => (string?)one == Finalizer))
            finalizers.Add(Finalizer);
        definition
            .Ensure("status")
            .SetCondition(
                "Terminating",
                "True",
                now,
                "InstanceDeletionPending",
                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"
            );
    }

    private static IEnumerable<JsonObject> Versions(JsonObject definition) => definition.Object("spec").Objects("versions");

    private static string StorageVersion(JsonObject definition) =>
        Versions(definition).LastOrDefault(static one => one.Flag("storage") == true).Text("name") ?? "";

    private static void Validate(JsonObject definition, JsonObject? old, FieldErrors errors)
    {
        JsonObject spec = definition["spec"]!.AsObject(),
            names = spec.Ensure("names");
        string group = spec.Text("group") ?? "",
            name = definition.Object("metadata").Text("name") ?? "";
        if (name.Length > 0 && name != $"{names.Text("plural")}.{group}")
            errors.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        if (group.Length == 0)
            errors.Required("spec.group");
        else if (errors.Check("spec.group", group, NameRules.Subdomain) && !group.Contains('.', StringComparison.Ordinal))
            errors.Invalid("spec.group", group, "should be a domain with at least one dot");
        CheckProtection(definition, group, errors);
        string scope = spec.Text("scope") ?? "";
        if (scope.Length == 0)
            errors.Required("spec.scope");
        else if (scope is not ("Cluster" or "Namespaced"))
            errors.NotSupported("spec.scope", $"\"{scope}\"", "Cluster", "Namespaced");
        CheckVersions(definition, spec, errors);
        CheckNames(names, errors);
        if (spec.Flag("preserveUnknownFields") == true)
        {
            errors.Invalid(
                "spec.preserveUnknownFields",
                true,
                "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
            );
        }

        CheckConversion(spec.Object("conversion"), errors);
        CheckStored(definition, errors);
    }

    private static void CheckProtection(JsonObject definition, string group, FieldErrors errors)
    {
        bool isProtected =
            group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);
        if (!isProtected || definition.Object("metadata").Object("annotations").Text("api-approved.kubernetes.io") is not null)
            return;
        errors.Required(
            "metadata.annotations[api-approved.kubernetes.io]",
            "protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111"
        );
    }

    private static void CheckVersions(JsonObject definition, JsonObject spec, FieldErrors errors)
    {
        JsonObject[] versions = [.. Versions(definition)];
        for (int i = 0; i < versions.Length; i++)
        {
            JsonObject version = versions[i];
            string path = $"spec.versions[{i}]",
                name = version.Text("name") ?? "";
            if (name.Length == 0)
                errors.Required(path + ".name");
            else
                errors.Check(path + ".name", name, NameRules.LetterLabel);
            if (version.Text("deprecationWarning") is { } warning && version.Flag("deprecated") != true)
                errors.Invalid(path + ".deprecationWarning", warning, "can only be set for deprecated versions");

            // The API reports members that all versions share at the top level.
            bool isShared(string member) => versions.All(one => JsonNode.DeepEquals(one[member], version[member]));
            if (isShared("schema") && i > 0 && isShared("subresources") && isShared("additionalPrinterColumns"))
                continue;
            if (version.Object("schema").Object("openAPIV3Schema") is not { } schema)
                errors.Required(path + ".schema.openAPIV3Schema");
            else
                SchemaRules.Check(
                    schema,
                    isShared("schema") ? "spec.validation.openAPIV3Schema" : path + ".schema.openAPIV3Schema",
                    errors
                );
            CheckColumns(version.Array("additionalPrinterColumns") ?? [], isShared("additionalPrinterColumns") ? "spec" : path, errors);
            CheckScale(version.Object("subresources").Object("scale"), isShared("subresources") ? "spec" : path, errors);
        }

        if (versions.Count(static version => version.Flag("storage") == true) != 1)
            errors.Invalid("spec.versions", spec["versions"], "must have exactly one version marked as storage version");
        if (versions.DistinctBy(static version => version.Text("name")).Count() != versions.Length)
            errors.Invalid("spec.versions", spec["versions"], "must contain unique version names");
    }

    private static void CheckNames(JsonObject names, FieldErrors errors)
    {
        foreach (string member in (ReadOnlySpan<string>)["plural", "singular"])
        {
            if (names.Text(member) is not { Length: > 0 } name)
                errors.Required("spec.names." + member);
            else
                errors.Check("spec.names." + member, name, NameRules.LetterLabel);
        }

        foreach (string member in (ReadOnlySpan<string>)["kind", "listKind"])
        {
            if (names.Text(member) is not { Length: > 0 } name)
                errors.Required("spec.names." + member);
            else
                errors.Check("spec.names." + member, name, NameRules.Kind);
        }

        foreach (string member in (ReadOnlySpan<string>)["shortNames", "categories"])
        {
            JsonArray list = names.Array(member) ?? [];
            for (int i = 0; i < list.Count; i++)
                errors.Check($"spec.names.{member}[{i}]", (string?)list[i] ?? "", NameRules.LetterLabel);
        }

        if (names.Text("kind") is { Length: > 0 } kind && kind == names.Text("listKind"))
            errors.Invalid("spec.names.listKind", kind, "kind and listKind may not be the same");
    }

    private static void CheckColumns(JsonArray columns, string at, FieldErrors errors)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            var column = columns[i] as JsonObject;
            string path = $"{at}.additionalPrinterColumns[{i}]",
                type = column.Text("type") ?? "",
                jsonPath = column.Text("jsonPath") ?? "";
            if (string.IsNullOrEmpty(column.Text("name")))
                errors.Required(path + ".name");
            if (type.Length == 0)
                errors.Required(path + ".type", $"must be one of {string.Join(',', ColumnTypes)}");
            else if (!ColumnTypes.Contains(type))
                errors.Invalid(path + ".type", type, $"must be one of {string.Join(',', ColumnTypes)}");
            if (column.Text("format") is { Length: > 0 } format && !ColumnFormats.Contains(format))
                errors.Invalid(path + ".format", format, $"must be one of {string.Join(',', ColumnFormats)}");
            string member = at == "spec" ? ".JSONPath" : ".jsonPath";
            if (jsonPath.Length == 0)
                errors.Required(path + member);
            else if (!IsSimple(jsonPath) || JsonPath.Read(jsonPath) is null)
                errors.Invalid(path + member, jsonPath, "must be a simple json path starting with .");
        }
    }

    private static bool IsSimple(string path) => path.StartsWith('.');

    private static void CheckScale(JsonObject? scale, string at, FieldErrors errors)
    {
        if (scale is null)
            return;
        CheckPath(scale.Text("specReplicasPath"), "specReplicasPath", ".spec", "should be a json path under .spec", true);
        CheckPath(scale.Text("statusReplicasPath"), "statusReplicasPath", ".status", "should be a json path under .status", true);
        CheckPath(scale.Text("labelSelectorPath"), "labelSelectorPath", ".", "should be a json path under either .spec or .status", false);

        void CheckPath(string? text, string member, string under, string rule, bool isRequired)
        {
            string path = $"{at}.subresources.scale.{member}";
            if (string.IsNullOrEmpty(text))
            {
                if (isRequired)
                    errors.Required(path);
            }
            else if (!IsSimple(text))
            {
                errors.Invalid(path, text, "must be a simple json path starting with .");
            }
            else if (under == "." ? !IsUnder(text, ".spec") && !IsUnder(text, ".status") : !IsUnder(text, under))
            {
                errors.Invalid(path, text, rule);
            }
        }
    }

    private static bool IsUnder(string path, string parent) => path.StartsWith(parent + ".", StringComparison.Ordinal);

    private static void CheckConversion(JsonObject? conversion, FieldErrors errors)
    {
        string strategy = conversion.Text("strategy") ?? "";
        if (strategy is not ("None" or "Webhook"))
            errors.NotSupported("spec.conversion.strategy", $"\"{strategy}\"", "None", "Webhook");
        if (strategy != "Webhook")
            return;
        JsonObject? webhook = conversion.Object("webhook");
        if (webhook?["clientConfig"] is null)
            errors.Required("spec.conversion.webhookClientConfig", "required when strategy is set to Webhook");
        if (webhook.Array("conversionReviewVersions") is null or { Count: 0 })
            errors.Required("spec.conversion.conversionReviewVersions");
    }

    private static void CheckStored(JsonObject definition, FieldErrors errors)
    {
        if (definition.Object("status").Array("storedVersions") is not { } stored)
            return;
        string[] names = [.. Versions(definition).Select(static version => version.Text("name") ?? "")],
            kept = [.. stored.Select(static one => (string?)one ?? "")];
        if (kept.Length == 0 || kept is [""])
            errors.Invalid("status.storedVersions", null, "must have at least one stored version");
        for (int i = 0; i < kept.Length; i++)
        {
            if (kept[i].Length == 0 || names.Contains(kept[i]))
                continue;
            errors.Invalid(
                $"status.storedVersions[{i}]",
                kept[i],
                $"missing from spec.versions; {kept[i]} was previously a storage version, and must remain in spec.versions until a storage migration ensures "
                    + $"no data remains persisted in {kept[i]} and removes {kept[i]} from status.storedVersions"
            );
        }
    }

    private static void ValidateUpdate(JsonObject definition, JsonObject old, FieldErrors errors)
    {
        bool isEstablished = old.Object("status").HasCondition("Established");
        JsonObject? spec = definition.Object("spec"),
            before = old.Object("spec");
        if (isEstablished)
        {
            Keep(spec, before, "scope", "spec.scope");
            Keep(spec.Object("names"), before.Object("names"), "kind", "spec.names.kind");
        }

        Keep(spec, before, "group", "spec.group");
        Keep(spec.Object("names"), before.Object("names"), "plural", "spec.names.plural");

        void Keep(JsonObject? now, JsonObject? then, string member, string path)
        {
            if (now.Text(member) != then.Text(member))
                errors.Invalid(path, now?[member], "field is immutable");
        }
    }
}

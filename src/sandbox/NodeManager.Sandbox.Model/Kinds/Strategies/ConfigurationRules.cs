using System.Text;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

internal static class ConfigurationRules
{
    // Read from 1.36, as the older message from 1.20.
    private const int ReclaimRewordedAt = 36;

    public static KindRules ConfigMaps { get; } =
        new()
        {
            ValidateUpdate = KeepImmutable,
            Validate = static (map, old, errors) =>
            {
                foreach (string key in (map.Object("data") ?? []).Select(static pair => pair.Key))
                {
                    errors.Check($"data[{key}]", key, NameRules.ConfigKey);
                    if (map.Object("binaryData")?.ContainsKey(key) == true)
                        errors.Invalid($"data[{key}]", key, "duplicate of key present in binaryData");
                }

                foreach (string key in (map.Object("binaryData") ?? []).Select(static pair => pair.Key))
                    errors.Check($"binaryData[{key}]", key, NameRules.ConfigKey);
            },
        };

    public static KindRules Secrets { get; } =
        new()
        {
            ValidateUpdate = static (changed, old, errors) =>
            {
                if (changed.Text("type") != old.Text("type"))
                    errors.Invalid("type", changed["type"], "field is immutable");
                KeepImmutable(changed, old, errors);
            },
            Validate = static (secret, old, errors) =>
            {
                foreach (string key in (secret.Object("data") ?? []).Select(static pair => pair.Key))
                    errors.Check($"data[{key}]", key, NameRules.ConfigKey);
            },
            Default = static secret =>
            {
                secret.Default("type", "Opaque");
                if (secret["stringData"] is not JsonObject texts)
                    return;
                JsonObject data = secret.Ensure("data");
                foreach ((string key, JsonNode? value) in texts)
                    data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes((string?)value ?? ""));
                secret.Remove("stringData");
            },
        };

    public static KindRules Leases { get; } =
        new()
        {
            Default = static lease => lease.Ensure("spec"),
            Validate = static (lease, _, errors) =>
            {
                JsonObject? spec = lease.Object("spec");
                if (spec.Number("leaseDurationSeconds") is <= 0 and var duration)
                    errors.Invalid("spec.leaseDurationSeconds", duration, "must be greater than 0");
                if (spec.Number("leaseTransitions") is < 0 and var transitions)
                    errors.Invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0");
            },
        };

    public static KindRules StorageClasses { get; } =
        new()
        {
            Default = static item =>
            {
                item.Default("reclaimPolicy", "Delete");
                item.Default("volumeBindingMode", "Immediate");
            },
            Validate = static (item, _, errors) =>
            {
                string provisioner = item.Text("provisioner") ?? "";
                if (provisioner.Length == 0)
                    errors.Required("provisioner");
                else
                    errors.Check("provisioner", provisioner, static text => NameRules.QualifiedName(text.ToLowerInvariant()));
                if (item.Text("reclaimPolicy") is { } policy and not ("Delete" or "Retain"))
                    errors.NotSupported("reclaimPolicy", $"\"{policy}\"", "Delete", "Retain");
                if (item.Text("volumeBindingMode") is { } mode and not ("Immediate" or "WaitForFirstConsumer"))
                    errors.NotSupported("volumeBindingMode", $"\"{mode}\"", "Immediate", "WaitForFirstConsumer");
            },
            ValidateUpdate = static (changed, old, errors) =>
            {
                foreach (string member in (ReadOnlySpan<string>)["parameters", "provisioner", "reclaimPolicy"])
                {
                    if (JsonNode.DeepEquals(changed[member], old[member]))
                        continue;
                    if (member == "reclaimPolicy" && errors.Minor >= ReclaimRewordedAt)
                        errors.Invalid(member, changed[member], "field is immutable");
                    else
                        errors.Forbidden(member, $"updates to {member} are forbidden.");
                }

                if (changed.Text("volumeBindingMode") != old.Text("volumeBindingMode"))
                    errors.Invalid("volumeBindingMode", changed["volumeBindingMode"], "field is immutable");
            },
        };

    /// <summary>An immutable object stays immutable and unchanged.</summary>
    private static void KeepImmutable(JsonObject changed, JsonObject old, FieldErrors errors)
    {
        if (old.Flag("immutable") != true)
            return;
        const string Rule = "field is immutable when `immutable` is set";
        if (changed.Flag("immutable") != true)
            errors.Forbidden("immutable", Rule);
        foreach (string field in (ReadOnlySpan<string>)["data", "binaryData"])
            if (!JsonNode.DeepEquals(changed[field] ?? new JsonObject(), old[field] ?? new JsonObject()))
                errors.Forbidden(field, Rule);
    }
}

using NodeManager.Kubernetes.Quantities;
using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox.Model.Kinds.Strategies.Common;
using NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

internal static class VolumeRules
{
    private const int RecycleWarningFrom = 25;

    private const int OncePodFrom = 22;
    private const int ClassesChangeFrom = 29;

    public static KindRules Claims { get; } =
        new()
        {
            PrepareCreate = static claim => claim["status"] = new JsonObject { ["phase"] = "Pending" },
            Default = static claim => claim.Ensure("spec").Default("volumeMode", "Filesystem"),
            Validate = static (claim, _, errors) => ValidateClaim(claim.Object("spec"), "spec", errors),
            ValidateUpdate = KeepClaim,
        };

    public static KindRules Volumes { get; } =
        new()
        {
            Warn = static (volume, minor) =>
                minor >= RecycleWarningFrom && volume.Object("spec").Text("persistentVolumeReclaimPolicy") == "Recycle"
                    ?
                    [
                        "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
                    ]
                    : [],
            PrepareCreate = static volume => volume["status"] = new JsonObject { ["phase"] = "Pending" },
            Default = static volume =>
            {
                JsonObject spec = volume.Ensure("spec");
                spec.Default("persistentVolumeReclaimPolicy", "Retain");
                spec.Default("volumeMode", "Filesystem");
                spec.Object("hostPath")?.Default("type", "");
            },
            Validate = ValidateVolume,
        };

    public static KindRules Attachments { get; } =
        new() { PrepareCreate = static attachment => attachment["status"] = new JsonObject { ["attached"] = false } };

    public static void ValidateClaim(JsonObject? spec, string at, FieldErrors errors)
    {
        if (spec.Array("accessModes") is not { Count: > 0 })
            errors.Required(at + ".accessModes", "at least 1 access mode is required");
        SelectorRules.Validate(spec.Object("selector"), at + ".selector", errors);
        CheckModes(spec, at, errors);
        JsonNode? storage = spec.Object("resources").Object("requests")?["storage"];
        if (storage is null)
            errors.Required(at + ".resources[storage]");
        else if (Quantity.TryParse(storage.ToString(), out Quantity amount) && amount.Value <= 0)
            errors.Invalid(at + ".resources[storage]", storage.ToString(), "must be greater than zero");
        CheckClass(spec, at, errors);
    }

    // A claim's volume is immutable once set, and only a bound claim may grow.
    private static void KeepClaim(JsonObject claim, JsonObject old, FieldErrors errors)
    {
        JsonObject before = old.Object("spec")?.DeepClone().AsObject() ?? [],
            after = claim.Object("spec")?.DeepClone().AsObject() ?? [];
        if (string.IsNullOrEmpty(before.Text("volumeName")))
            before.CopyMember(after, "volumeName");
        if (errors.Minor >= ClassesChangeFrom)
            before.CopyMember(after, "volumeAttributesClassName");
        JsonNode? size = before.Object("resources").Object("requests")?["storage"],
            wanted = after.Object("resources").Object("requests")?["storage"];
        if (claim.Object("status").Text("phase") == "Bound" && wanted is not null && size is not null)
            after["resources"]!["requests"]!["storage"] = size.DeepClone();
        if (!JsonNode.DeepEquals(before, after))
            errors.Forbidden(
                "spec",
                $"spec is immutable after creation except resources.requests {(errors.Minor >= ClassesChangeFrom ? "and volumeAttributesClassName " : "")}for bound claims"
            );
        if (
            Quantity.TryParse(size?.ToString() ?? "", out Quantity had)
            && Quantity.TryParse(wanted?.ToString() ?? "", out Quantity asked)
            && asked.Value < had.Value
        )
            errors.Forbidden("spec.resources.requests.storage", "field can not be less than previous value");
    }

    private static void ValidateVolume(JsonObject volume, JsonObject? old, FieldErrors errors)
    {
        JsonObject? spec = volume.Object("spec");
        if (spec.Array("accessModes") is not { Count: > 0 })
            errors.Required("spec.accessModes");
        CheckModes(spec, "spec", errors);
        JsonObject? capacity = spec.Object("capacity");
        if (capacity is not { Count: > 0 })
            errors.Required("spec.capacity");
        if (capacity?["storage"] is null || capacity.Count > 1)
            errors.NotSupported("spec.capacity", capacity?.ToJsonString() ?? "null", "storage");
        if (Quantity.TryParse(capacity.Text("storage") ?? "", out Quantity size) && size.Value <= 0)
            errors.Invalid("spec.capacity[storage]", capacity.Text("storage"), "must be greater than zero");
        if (spec.Text("persistentVolumeReclaimPolicy") is { } policy and not ("Delete" or "Recycle" or "Retain"))
            errors.NotSupported("spec.persistentVolumeReclaimPolicy", $"\"{policy}\"", "Delete", "Recycle", "Retain");
        if (spec.Object("hostPath") is { } host && string.IsNullOrEmpty(host.Text("path")))
            errors.Required("spec.hostPath.path");
        if (spec.Object("hostPath").Text("path")?.Split('/').Contains("..") == true)
            errors.Invalid("spec.hostPath.path", spec.Object("hostPath")!.Text("path"), "must not contain '..'");
        if (spec.Object("nodeAffinity") is { } affinity && affinity["required"] is null)
            errors.Required("spec.nodeAffinity.required", "must specify required node constraints");
        if (spec?.Any(static pair => pair.Value is JsonObject && pair.Key is not ("capacity" or "nodeAffinity" or "claimRef")) != true)
            errors.Required("spec", "must specify a volume type");
        if (spec.Object("nodeAffinity").Object("required") is { } nodes)
            PodAffinityRules.ValidateNodeSelector(nodes, "spec.nodeAffinity.required", errors);
        CheckClass(spec, "spec", errors);
    }

    private static void CheckModes(JsonObject? spec, string at, FieldErrors errors)
    {
        foreach (JsonNode? mode in spec.Array("accessModes") ?? [])
        {
            if (
                (string?)mode is "ReadOnlyMany" or "ReadWriteMany" or "ReadWriteOnce"
                || ((string?)mode == "ReadWriteOncePod" && errors.Minor >= OncePodFrom)
            )
                continue;
            ReadOnlySpan<string> known =
                errors.Minor >= OncePodFrom
                    ? ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]
                    : ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce"];
            errors.NotSupported(at + ".accessModes", $"\"{(string?)mode}\"", known);
        }
    }

    private static void CheckClass(JsonObject? spec, string at, FieldErrors errors)
    {
        if (spec.Text("storageClassName") is { Length: > 0 } name)
            errors.Check(at + ".storageClassName", name, NameRules.Subdomain);
        if (spec.Text("volumeMode") is { } mode and not ("Block" or "Filesystem"))
            errors.NotSupported(at + ".volumeMode", $"\"{mode}\"", "Block", "Filesystem");
    }
}

using System.Globalization;
using System.Text.Json;
using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox.Model.Kinds.Strategies.Common;
using NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

/// <summary>Validates workloads. Source: validation of apps/v1 and batch/v1.</summary>
internal static class WorkloadChecks
{
    private const string Template = "spec.template";
    private const int SetTemplateFrom = 30;
    private const int SurgeFrom = 22;

    // Read from 1.36; 1.20 accepts any.
    private const int ClaimTemplatesFrom = 36;

    public static void Deployment(JsonObject item, JsonObject? old, FieldErrors errors)
    {
        JsonObject spec = item["spec"]!.AsObject();
        NotNegative(spec, "replicas", errors);
        CheckSelector(spec, "deployment", old, errors);
        CheckReplicated(spec, errors);
        CheckStrategy(spec.Object("strategy"), errors);
        NotNegative(spec, "minReadySeconds", errors);
        NotNegative(spec, "revisionHistoryLimit", errors);
        NotNegative(spec, "progressDeadlineSeconds", errors);
        if (spec.Number("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Number("minReadySeconds") ?? 0))
            errors.Invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
        KeepSelector(spec, old, errors);
    }

    public static void ReplicaSet(JsonObject item, JsonObject? old, FieldErrors errors)
    {
        JsonObject spec = item["spec"]!.AsObject();
        NotNegative(spec, "replicas", errors);
        NotNegative(spec, "minReadySeconds", errors);
        CheckSelector(spec, "deployment", old, errors);
        CheckReplicated(spec, errors);
        KeepSelector(spec, old, errors);
    }

    public static void StatefulSet(JsonObject item, JsonObject? old, FieldErrors errors)
    {
        JsonObject spec = item["spec"]!.AsObject();
        if (spec.Text("podManagementPolicy") is var policy and not ("OrderedReady" or "Parallel"))
            errors.Invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
        JsonObject? strategy = spec.Object("updateStrategy");
        switch (strategy.Text("type"))
        {
            case "OnDelete":
                if (strategy!["rollingUpdate"] is { } rolling)
                    errors.Invalid("spec.updateStrategy.rollingUpdate", rolling, "only allowed for updateStrategy 'RollingUpdate'");
                break;
            case "RollingUpdate":
                if (strategy.Object("rollingUpdate").Number("partition") is < 0 and var partition)
                    errors.Invalid("spec.updateStrategy.rollingUpdate.partition", partition, "must be greater than or equal to 0");
                break;
            default:
                errors.Invalid(
                    "spec.updateStrategy",
                    Strategy(strategy, "partition", "maxUnavailable"),
                    "must be 'RollingUpdate' or 'OnDelete'"
                );
                break;
        }

        NotNegative(spec, "replicas", errors);
        NotNegative(spec, "minReadySeconds", errors);
        CheckSelector(spec, "statefulset", old, errors);
        if (!SelectorRules.IsUsable(spec.Object("selector")))
            errors.Add("FieldValueInvalid", "spec.selector", $"Invalid value: {spec["selector"]?.ToJsonString()}");
        CheckLabels(spec, errors);
        if (errors.Minor >= SetTemplateFrom)
            PodSpecRules.ValidateTemplate(spec.Object("template"), Template, errors);
        else
            SelectorRules.ValidateLabels(spec.Object("template").Object("metadata").Object("labels"), Template + ".labels", errors);
        PodSpecRules.ValidateLasting(spec.Object("template"), Template, "StatefulSet", errors);
        if (old is null && errors.Minor >= ClaimTemplatesFrom)
            CheckClaims(spec, errors);
    }

    // Only of new sets.
    private static void CheckClaims(JsonObject spec, FieldErrors errors)
    {
        if (spec.Text("serviceName") is { Length: > 0 } service)
            errors.Check("spec.serviceName", service, NameRules.Label);
        JsonArray templates = spec.Array("volumeClaimTemplates") ?? [];
        for (int i = 0; i < templates.Count; i++)
            VolumeRules.ValidateClaim((templates[i] as JsonObject).Object("spec"), $"spec.volumeClaimTemplates[{i}].spec", errors);
    }

    public static void StatefulSetUpdate(JsonObject changed, JsonObject old, FieldErrors errors)
    {
        string[] changeable = errors.Minor switch
        {
            >= 31 =>
            [
                "replicas",
                "ordinals",
                "template",
                "updateStrategy",
                "revisionHistoryLimit",
                "persistentVolumeClaimRetentionPolicy",
                "minReadySeconds",
            ],
            >= 26 => ["replicas", "ordinals", "template", "updateStrategy", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"],
            >= 23 => ["replicas", "template", "updateStrategy", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"],
            _ => ["replicas", "template", "updateStrategy"],
        };
        if (JsonNode.DeepEquals(Rest(changed), Rest(old)))
            return;
        string[] quoted = [.. changeable.Select(static one => $"'{one}'")];
        errors.Forbidden(
            "spec",
            $"updates to statefulset spec for fields other than {string.Join(", ", quoted[..^1])}{(errors.Minor < 23 ? "," : "")} and {quoted[^1]} are forbidden"
        );

        JsonObject Rest(JsonObject item)
        {
            JsonObject spec = item["spec"]!.DeepClone().AsObject();
            foreach (string member in changeable)
                spec.Remove(member);
            return spec;
        }
    }

    public static void DaemonSet(JsonObject item, JsonObject? old, FieldErrors errors)
    {
        JsonObject spec = item["spec"]!.AsObject();
        var selector = spec["selector"] as JsonObject;
        SelectorRules.Validate(selector, "spec.selector", errors);
        CheckLabels(spec, errors);
        if (selector is not null && SelectorRules.IsEmpty(selector))
            errors.Invalid("spec.selector", selector, "empty selector is invalid for daemonset");
        PodSpecRules.ValidateTemplate(spec.Object("template"), Template, errors);
        PodSpecRules.ValidateLasting(spec.Object("template"), Template, "DaemonSet", errors);
        NotNegative(spec, "minReadySeconds", errors);
        CheckUpdates(spec.Object("updateStrategy"), errors);
        NotNegative(spec, "revisionHistoryLimit", errors);
        KeepSelector(spec, old, errors);
    }

    private static void NotNegative(JsonObject spec, string member, FieldErrors errors)
    {
        if (spec.Number(member) is < 0 and var number)
            errors.Invalid("spec." + member, number, "must be greater than or equal to 0");
    }

    private static void CheckSelector(JsonObject spec, string owner, JsonObject? old, FieldErrors errors)
    {
        if (spec["selector"] is not JsonObject selector)
        {
            errors.Required("spec.selector");
            return;
        }

        SelectorRules.Validate(selector, "spec.selector", errors);
        if (SelectorRules.IsEmpty(selector))
            errors.Invalid("spec.selector", selector, $"empty selector is invalid for {owner}");
    }

    // An empty or invalid selector was reported already.
    private static void CheckLabels(JsonObject spec, FieldErrors errors)
    {
        JsonObject? labels = spec.Object("template").Object("metadata").Object("labels"),
            selector = spec.Object("selector");
        if (!SelectorRules.IsUsable(selector))
            return;
        if (selector is null || (!SelectorRules.IsEmpty(selector) && !SelectorRules.Matches(selector, labels)))
            errors.Invalid(Template + ".metadata.labels", labels, "`selector` does not match template `labels`");
    }

    private static void CheckReplicated(JsonObject spec, FieldErrors errors)
    {
        if (!SelectorRules.IsUsable(spec.Object("selector")))
        {
            errors.Invalid("spec.selector", spec["selector"], "invalid label selector");
            return;
        }

        CheckLabels(spec, errors);
        PodSpecRules.ValidateTemplate(spec.Object("template"), Template, errors);
        PodSpecRules.ValidateLasting(spec.Object("template"), Template, "ReplicaSet", errors);
    }

    private static void KeepSelector(JsonObject spec, JsonObject? old, FieldErrors errors)
    {
        if (old?["spec"] is JsonObject before && !JsonNode.DeepEquals(before["selector"], spec["selector"]))
            errors.Invalid("spec.selector", spec["selector"], "field is immutable");
    }

    private static void CheckStrategy(JsonObject? strategy, FieldErrors errors)
    {
        JsonObject? rolling = strategy.Object("rollingUpdate");
        switch (strategy.Text("type"))
        {
            case "Recreate":
                if (rolling is not null)
                    errors.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
                break;
            case "RollingUpdate":
                const string At = "spec.strategy.rollingUpdate.";
                CheckShare(rolling?["maxUnavailable"], At + "maxUnavailable", errors);
                CheckShare(rolling?["maxSurge"], At + "maxSurge", errors);
                if (Value(rolling?["maxUnavailable"]) == 0 && Value(rolling?["maxSurge"]) == 0)
                    errors.Invalid(At + "maxUnavailable", rolling?["maxUnavailable"], "may not be 0 when `maxSurge` is 0");
                CheckMost(rolling?["maxUnavailable"], At + "maxUnavailable", errors);
                break;
            default:
                errors.NotSupported(
                    "spec.strategy",
                    Strategy(strategy, "maxUnavailable", "maxSurge").ToJsonString(),
                    "Recreate",
                    "RollingUpdate"
                );
                break;
        }
    }

    private static void CheckUpdates(JsonObject? strategy, FieldErrors errors)
    {
        JsonObject? rolling = strategy.Object("rollingUpdate");
        switch (strategy.Text("type"))
        {
            case "OnDelete":
                break;
            case "RollingUpdate":
                const string At = "spec.updateStrategy.rollingUpdate.";
                JsonNode? down = rolling?["maxUnavailable"],
                    up = rolling?["maxSurge"];
                CheckShare(down, At + "maxUnavailable", errors);
                if (errors.Minor >= SurgeFrom)
                    CheckShare(up, At + "maxSurge", errors);
                else if (Value(down) == 0)
                    errors.Invalid(At + "maxUnavailable", down, "cannot be 0");
                CheckMost(down, At + "maxUnavailable", errors);
                if (errors.Minor < SurgeFrom)
                    break;
                CheckMost(up, At + "maxSurge", errors);
                if (Value(down) != 0 && Value(up) != 0)
                    errors.Invalid(At + "maxSurge", up, "may not be set when maxUnavailable is non-zero");
                else if (Value(down) == 0 && Value(up) == 0)
                    errors.Required(At + "maxUnavailable", "cannot be 0 when maxSurge is 0");
                break;
            default:
                errors.NotSupported(
                    "spec.updateStrategy",
                    Strategy(strategy, "maxUnavailable", "maxSurge").ToJsonString(),
                    "RollingUpdate",
                    "OnDelete"
                );
                break;
        }
    }

    // As API servers print it, with the field names of Go.
    private static JsonObject Strategy(JsonObject? strategy, params string[] limits)
    {
        JsonObject? rolling = strategy.Object("rollingUpdate");
        return new()
        {
            ["Type"] = strategy.Text("type"),
            ["RollingUpdate"] = rolling is null
                ? null
                : new JsonObject(
                    limits.Select(limit => KeyValuePair.Create(char.ToUpperInvariant(limit[0]) + limit[1..], rolling[limit]?.DeepClone()))
                ),
        };
    }

    private static void CheckShare(JsonNode? share, string at, FieldErrors errors)
    {
        if (share?.GetValueKind() == JsonValueKind.String)
        {
            if (Percent(share) is null)
                errors.Invalid(
                    at,
                    share,
                    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
                );
        }
        else if (share.AsNumber() is < 0)
        {
            errors.Invalid(at, share, "must be greater than or equal to 0");
        }
    }

    private static void CheckMost(JsonNode? share, string at, FieldErrors errors)
    {
        if (Percent(share) > 100)
            errors.Invalid(at, share, "must not be greater than 100%");
    }

    private static long Value(JsonNode? share) =>
        share?.GetValueKind() == JsonValueKind.String ? Percent(share) ?? 0 : share.AsNumber() ?? 0;

    private static long? Percent(JsonNode? share) =>
        share?.GetValueKind() == JsonValueKind.String
        && (string)share! is [.., '%'] text
        && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long percent)
            ? percent
            : null;
}

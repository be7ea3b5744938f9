using System.Globalization;
using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox.Model.Kinds.Strategies.Common;
using NodeManager.Sandbox.Model.Kinds.Strategies.Evictions;

namespace NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

/// <summary>Validates the specification of a pod or template. Source: validation of the core API.</summary>
internal static class PodSpecRules
{
    private const string Range = "must be between 1 and 2147483647, inclusive";

    public static void Validate(JsonObject? spec, string at, FieldErrors errors)
    {
        HashSet<string> volumes = VolumeSourceRules.Validate(spec.Array("volumes") ?? [], at + ".volumes", errors);
        ContainerRules.Validate(spec, volumes, at, errors);
        if (spec.Text("restartPolicy") is { } restart and not ("Always" or "OnFailure" or "Never"))
            errors.NotSupported(at + ".restartPolicy", $"\"{restart}\"", "Always", "OnFailure", "Never");
        if (spec.Text("dnsPolicy") is { } dns and not ("ClusterFirstWithHostNet" or "ClusterFirst" or "Default" or "None"))
            errors.NotSupported(at + ".dnsPolicy", $"\"{dns}\"", "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        SelectorRules.ValidateLabels(spec.Object("nodeSelector"), at + ".nodeSelector", errors);
        PodAffinityRules.Validate(spec.Object("affinity"), at + ".affinity", errors);
        ValidateGates(spec.Array("schedulingGates") ?? [], at + ".schedulingGates", errors);
        ValidateSpread(spec.Array("topologySpreadConstraints") ?? [], at + ".topologySpreadConstraints", errors);
        CheckName(spec, "serviceAccountName", at, NameRules.Subdomain, errors);
        CheckName(spec, "nodeName", at, NameRules.Subdomain, errors);
        if (spec.Number("activeDeadlineSeconds") is < 1 or > int.MaxValue)
            errors.Invalid(at + ".activeDeadlineSeconds", spec!["activeDeadlineSeconds"], Range);
        CheckName(spec, "hostname", at, NameRules.Label, errors);
        CheckName(spec, "subdomain", at, NameRules.Label, errors);
        ValidateTolerations(spec.Array("tolerations") ?? [], at + ".tolerations", errors);
        CheckName(spec, "priorityClassName", at, NameRules.Subdomain, errors);
        if (spec.Text("preemptionPolicy") is { } preemption and not ("PreemptLowerPriority" or "Never"))
            errors.NotSupported(at + ".preemptionPolicy", $"\"{preemption}\"", "PreemptLowerPriority", "Never");
        ResponderRules.Validate(spec, at, errors);
    }

    /// <summary>Validates a template whose pods always restart, of all workloads except jobs.</summary>
    public static void ValidateLasting(JsonObject? template, string at, string owner, FieldErrors errors)
    {
        JsonObject? spec = template.Object("spec");
        if (spec.Text("restartPolicy") is var restart && restart != "Always")
            errors.NotSupported(at + ".spec.restartPolicy", $"\"{restart}\"", "Always");
        if (spec?["activeDeadlineSeconds"] is not null)
            errors.Forbidden(at + ".spec.activeDeadlineSeconds", $"activeDeadlineSeconds in {owner} is not Supported");
    }

    public static void ValidateTemplate(JsonObject? template, string at, FieldErrors errors)
    {
        SelectorRules.ValidateLabels(template.Object("metadata").Object("labels"), at + ".labels", errors);
        SelectorRules.ValidateAnnotations(template.Object("metadata").Object("annotations"), at + ".annotations", errors);
        Validate(template.Object("spec"), at + ".spec", errors);
    }

    private static void CheckName(JsonObject? spec, string member, string at, Func<string, string[]> rule, FieldErrors errors)
    {
        if (spec.Text(member) is { Length: > 0 } name)
            errors.Check($"{at}.{member}", name, rule);
    }

    private static void ValidateGates(JsonArray gates, string at, FieldErrors errors)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < gates.Count; i++)
        {
            string name = (gates[i] as JsonObject).Text("name") ?? "",
                path = $"{at}[{i}]";
            if (name.Length == 0)
                errors.Required(path, "must not be empty");
            else
                errors.Check(path, name, NameRules.QualifiedName);
            if (!names.Add(name))
                errors.Duplicate(path, name);
        }
    }

    private static void ValidateSpread(JsonArray constraints, string at, FieldErrors errors)
    {
        HashSet<(string?, string?)> seen = [];
        for (int i = 0; i < constraints.Count; i++)
        {
            var constraint = constraints[i] as JsonObject;
            string path = string.Create(CultureInfo.InvariantCulture, $"{at}[{i}]"),
                key = constraint.Text("topologyKey") ?? "";
            string? otherwise = constraint.Text("whenUnsatisfiable");
            if ((constraint.Number("maxSkew") ?? 0) is <= 0 and var skew)
                errors.Invalid(path + ".maxSkew", skew, "must be greater than zero");
            PodAffinityRules.ValidateTopologyKey(key, path, errors);
            if (otherwise is not ("DoNotSchedule" or "ScheduleAnyway"))
                errors.NotSupported(path + ".whenUnsatisfiable", $"\"{otherwise}\"", "DoNotSchedule", "ScheduleAnyway");
            if (!seen.Add((key, otherwise)))
                errors.Duplicate(path + ".{topologyKey, whenUnsatisfiable}", $"{{{key}, {otherwise}}}");
            SelectorRules.Validate(constraint.Object("labelSelector"), path + ".labelSelector", errors);
        }
    }

    private static void ValidateTolerations(JsonArray tolerations, string at, FieldErrors errors)
    {
        for (int i = 0; i < tolerations.Count; i++)
        {
            var one = tolerations[i] as JsonObject;
            string path = $"{at}[{i}]",
                key = one.Text("key") ?? "",
                value = one.Text("value") ?? "",
                operation = one.Text("operator") ?? "",
                effect = one.Text("effect") ?? "";
            if (key.Length > 0)
                errors.Check(path + ".key", key, NameRules.QualifiedName);
            if (key.Length == 0 && operation != "Exists")
                errors.Invalid(
                    path + ".operator",
                    operation,
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\""
                );
            if (one?["tolerationSeconds"] is not null && effect != "NoExecute")
                errors.Invalid(path + ".effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
            switch (operation)
            {
                case "Equal" or "":
                    if (NameRules.LabelValue(value) is { Length: > 0 } faults)
                        errors.Invalid(path + ".operator", value, string.Join(';', faults));
                    break;
                case "Exists":
                    if (value.Length > 0)
                        errors.Invalid(path + ".operator", one, "value must be empty when `operator` is 'Exists'");
                    break;
                default:
                    errors.NotSupported(path + ".operator", $"\"{operation}\"", "Equal", "Exists");
                    break;
            }

            if (effect is not ("" or "NoSchedule" or "PreferNoSchedule" or "NoExecute"))
                errors.NotSupported(path + ".effect", $"\"{effect}\"", "NoSchedule", "PreferNoSchedule", "NoExecute");
        }
    }
}

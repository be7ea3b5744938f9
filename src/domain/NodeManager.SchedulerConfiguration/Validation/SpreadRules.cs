using NodeManager.Kubernetes.Validation;
using NodeManager.SchedulerConfigurations.Catalog;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>The default constraints of PodTopologySpread.</summary>
internal static class SpreadRules
{
    public static IEnumerable<SchedulerConfigurationFinding> Check(ValidationContext context, YamlPath path, YamlNode arguments)
    {
        var constraints = arguments.Value("defaultConstraints")?.Items ?? [];
        // In v1beta1 existing constraints imply that they apply.
        var otherwise = context.Api == SchedulerApi.V1Beta1 && constraints.Count > 0 ? "List" : "System";
        var type = ValidationContext.Text(arguments, "defaultingType") is { Length: > 0 } text ? text : otherwise;
        if (type is not ("System" or "List"))
            yield return context.Error(
                "Argument",
                path.Key("defaultingType"),
                $"'{type}' is neither System nor List",
                "Use List with constraints of your own."
            );
        else if (type == "System" && constraints.Count > 0)
            yield return context.Error(
                "Argument",
                path.Key("defaultingType"),
                "is System, and there are defaultConstraints",
                "Write defaultingType: List."
            );
        var seen = new HashSet<(string, string)>();
        for (var index = 0; index < constraints.Count; index++)
        {
            var constraint = constraints[index].Resolved;
            var place = path.Key("defaultConstraints").Item(index);
            var key = ValidationContext.Text(constraint, "topologyKey") ?? "";
            var action = ValidationContext.Text(constraint, "whenUnsatisfiable") ?? "";
            if (ValidationContext.Number(constraint, "maxSkew", 0) <= 0)
                yield return context.Error("Argument", place.Key("maxSkew"), "must be greater than 0", "Give it 1 or more.");
            if (LabelRules.CheckKey(key) is not null)
                yield return context.Error(
                    "Argument",
                    place.Key("topologyKey"),
                    $"'{key}' is not a valid label key",
                    "Use one such as topology.kubernetes.io/zone."
                );
            if (action is not ("DoNotSchedule" or "ScheduleAnyway"))
                yield return context.Error(
                    "Argument",
                    place.Key("whenUnsatisfiable"),
                    $"'{action}' is neither DoNotSchedule nor ScheduleAnyway",
                    "Use one of them."
                );
            if (constraint.Value("labelSelector") is { IsNull: false })
                yield return context.Error(
                    "Argument",
                    place.Key("labelSelector"),
                    "a default constraint has no selector: that of each pod is used",
                    "Remove it."
                );
            if (!seen.Add((key, action)))
                yield return context.Error("Argument", place, $"repeats {key} with {action}", "Remove one of the two.");
        }
    }
}

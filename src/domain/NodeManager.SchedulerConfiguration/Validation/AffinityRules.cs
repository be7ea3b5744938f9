using System.Globalization;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>The affinity that NodeAffinity adds to all pods.</summary>
internal static class AffinityRules
{
    public static IEnumerable<SchedulerConfigurationFinding> Check(ValidationContext context, YamlPath path, YamlNode? affinity)
    {
        const string required = "requiredDuringSchedulingIgnoredDuringExecution";
        const string preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        var terms = path.Key(required).Key("nodeSelectorTerms");
        var findings = Items(affinity?.Value(required)?.Value("nodeSelectorTerms"))
            .SelectMany((term, index) => Term(context, terms.Item(index), term))
            .Concat(
                Items(affinity?.Value(preferred))
                    .SelectMany(
                        (item, index) =>
                            item.Value("preference") is { } term
                                ? Term(context, path.Key(preferred).Item(index).Key("preference"), term)
                                : []
                    )
            );
        foreach (var finding in findings)
            yield return finding;
    }

    private static IEnumerable<YamlNode> Items(YamlNode? node) => (node?.Items ?? []).Select(item => item.Resolved);

    private static IEnumerable<SchedulerConfigurationFinding> Term(ValidationContext context, YamlPath path, YamlNode term) =>
        Items(term.Value("matchExpressions"))
            .SelectMany((expression, index) => Expression(context, path.Key("matchExpressions").Item(index), expression))
            .Concat(
                Items(term.Value("matchFields"))
                    .SelectMany((requirement, index) => Field(context, path.Key("matchFields").Item(index), requirement))
            );

    private static IEnumerable<SchedulerConfigurationFinding> Field(ValidationContext context, YamlPath path, YamlNode requirement)
    {
        var kind = ValidationContext.Text(requirement, "operator") ?? "";
        if (kind is not ("In" or "NotIn"))
            yield return context.Error("Argument", path.Key("operator"), $"'{kind}' is not an operator for fields", "Use In or NotIn.");
        else if (requirement.Value("values")?.Items.Count is not 1)
            yield return context.Error(
                "Argument",
                path.Key("values"),
                "must have exactly one value",
                "Write one requirement for each value."
            );
    }

    private static IEnumerable<SchedulerConfigurationFinding> Expression(ValidationContext context, YamlPath path, YamlNode expression)
    {
        var key = ValidationContext.Text(expression, "key") ?? "";
        if (LabelRules.CheckKey(key) is not null)
            yield return context.Error(
                "Argument",
                path.Key("key"),
                $"'{key}' is not a valid label key",
                "Use one such as topology.kubernetes.io/zone."
            );
        var kind = ValidationContext.Text(expression, "operator") ?? "";
        var values = Items(expression.Value("values")).Select(value => value.IsNull ? "" : value.Text).ToList();
        var wrong = kind switch
        {
            "In" or "NotIn" => values.Count == 0 ? "needs values" : null,
            "Exists" or "DoesNotExist" => values.Count > 0 ? "takes no values" : null,
            "Gt" or "Lt" => values.Count != 1 ? "takes one value"
            : IsInteger(values[0]) ? null
            : $"compares whole numbers, not '{values[0]}'",
            _ => "is not an operator",
        };
        if (wrong is not null)
            yield return context.Error(
                "Argument",
                path.Key("operator"),
                $"'{kind}' {wrong}",
                "Operators are In, NotIn, Exists, DoesNotExist, Gt, Lt."
            );
        for (var index = 0; index < values.Count; index++)
            if (LabelRules.CheckValue(values[index]) is not null)
                yield return context.Error(
                    "Argument",
                    path.Key("values").Item(index),
                    $"'{values[index]}' is not a valid label value",
                    "Use at most 63 letters, digits, '-', '_' and '.'."
                );
    }

    private static bool IsInteger(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
}

using NodeManager.Core.Scheduler.Documents;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Core.Scheduler.Validation;

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
            .Concat(Items(affinity?.Value(preferred))
                .SelectMany((item, index) => item.Value("preference") is { } term
                    ? Term(context, path.Key(preferred).Item(index).Key("preference"), term)
                    : []));
        foreach (var finding in findings)
            yield return finding;
    }

    private static IEnumerable<YamlNode> Items(YamlNode? node) => (node?.Items ?? []).Select(item => item.Resolved);

    private static IEnumerable<SchedulerConfigurationFinding> Term(ValidationContext context, YamlPath path, YamlNode term) =>
        Items(term.Value("matchExpressions")).SelectMany((expression, index) =>
            Expression(context, path.Key("matchExpressions").Item(index), expression));

    private static IEnumerable<SchedulerConfigurationFinding> Expression(ValidationContext context, YamlPath path, YamlNode expression)
    {
        var key = ValidationContext.Text(expression, "key") ?? "";
        if (LabelRules.CheckKey(key) is not null)
            yield return context.Error("Argument", path.Key("key"), $"'{key}' is no label key", "Use one such as topology.kubernetes.io/zone.");
        var kind = ValidationContext.Text(expression, "operator") ?? "";
        var values = expression.Value("values")?.Items.Count ?? 0;
        var wrong = kind switch
        {
            "In" or "NotIn" => values == 0 ? "needs values" : null,
            "Exists" or "DoesNotExist" => values > 0 ? "takes no values" : null,
            "Gt" or "Lt" => values != 1 ? "takes one value" : null,
            _ => "is no operator",
        };
        if (wrong is not null)
            yield return context.Error("Argument", path.Key("operator"), $"'{kind}' {wrong}", "Operators are In, NotIn, Exists, DoesNotExist, Gt, Lt.");
    }
}

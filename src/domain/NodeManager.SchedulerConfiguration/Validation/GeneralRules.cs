using NodeManager.SchedulerConfigurations.Catalog;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>The configuration's own numbers and addresses.</summary>
internal static class GeneralRules
{
    public static IEnumerable<SchedulerConfigurationFinding> Check(ValidationContext context)
    {
        var root = context.Document.Root;
        if (ValidationContext.Number(root, "parallelism", 16) <= 0)
            yield return context.Error(
                "Parallelism",
                YamlPath.Root.Key("parallelism"),
                "must be greater than 0",
                "Give it 1 or more; the default is 16."
            );
        var initial = ValidationContext.Number(root, "podInitialBackoffSeconds", 1);
        var maximum = ValidationContext.Number(root, "podMaxBackoffSeconds", 10);
        if (initial <= 0)
            yield return context.Error(
                "Backoff",
                YamlPath.Root.Key("podInitialBackoffSeconds"),
                "must be greater than 0",
                "Give it 1 or more."
            );
        if (maximum < initial)
            yield return context.Error(
                "Backoff",
                YamlPath.Root.Key("podMaxBackoffSeconds"),
                $"{maximum} is less than podInitialBackoffSeconds, {initial}",
                $"Give it {initial} or more."
            );
        if (Percentage(context, YamlPath.Root, root) is { } finding)
            yield return finding;
        if (ValidationContext.Number(root.Value("clientConnection"), "burst", 0) < 0)
            yield return context.Error(
                "Burst",
                YamlPath.Root.Key("clientConnection").Key("burst"),
                "must not be negative",
                "Give it 0 (the default) or more."
            );
        if (context.Api != SchedulerApi.V1Beta2)
            yield break;
        foreach (var name in new[] { "healthzBindAddress", "metricsBindAddress" })
            if (ValidationContext.Text(root, name) is { Length: > 0 } address && !address.EndsWith(":0", StringComparison.Ordinal))
                yield return context.Error(
                    "BindAddress",
                    YamlPath.Root.Key(name),
                    $"v1beta2 takes no address but port 0, not '{address}'",
                    "Remove the field."
                );
    }

    /// <summary>Checks percentageOfNodesToScore of the configuration or of a profile.</summary>
    public static SchedulerConfigurationFinding? Percentage(ValidationContext context, YamlPath path, YamlNode? node)
    {
        const string name = "percentageOfNodesToScore";
        var percentage = ValidationContext.Number(node, name, 0);
        return percentage is < 0 or > 100
            ? context.Error(
                "Percentage",
                path.Key(name),
                $"{percentage} is not between 0 and 100",
                "Give it 0 (the scheduler's own choice) to 100."
            )
            : null;
    }
}

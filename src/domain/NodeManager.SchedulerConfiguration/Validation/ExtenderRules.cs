using NodeManager.Kubernetes.Validation;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>The webhooks that extend the scheduler.</summary>
internal static class ExtenderRules
{
    public static IEnumerable<SchedulerConfigurationFinding> Check(ValidationContext context)
    {
        var path = YamlPath.Root.Key("extenders");
        var extenders = path.Find(context.Document.Root)?.Items ?? [];
        var binders = 0;
        var managed = new HashSet<string>();
        for (var index = 0; index < extenders.Count; index++)
        {
            var extender = extenders[index].Resolved;
            if (
                ValidationContext.Text(extender, "prioritizeVerb") is { Length: > 0 }
                && ValidationContext.Number(extender, "weight", 0) <= 0
            )
                yield return context.Error(
                    "ExtenderWeight",
                    path.Item(index).Key("weight"),
                    "an extender with a prioritizeVerb must have a positive weight",
                    "Give it 1 or more."
                );
            if (ValidationContext.Text(extender, "bindVerb") is { Length: > 0 } && ++binders == 2)
                yield return context.Error(
                    "ExtenderBind",
                    path.Item(index).Key("bindVerb"),
                    "only one extender may bind",
                    "Leave one bindVerb."
                );
            foreach (var finding in ExtenderTlsRules.Check(context, path.Item(index).Key("tlsConfig"), extender.Value("tlsConfig")))
                yield return finding;
            foreach (var finding in Resources(context, path.Item(index).Key("managedResources"), extender, managed))
                yield return finding;
        }
    }

    private static IEnumerable<SchedulerConfigurationFinding> Resources(
        ValidationContext context,
        YamlPath path,
        YamlNode extender,
        HashSet<string> managed
    )
    {
        var resources = extender.Value("managedResources")?.Items ?? [];
        for (var index = 0; index < resources.Count; index++)
        {
            var name = ValidationContext.Text(resources[index].Resolved, "name") ?? "";
            var place = path.Item(index).Key("name");
            if (!IsExtended(name))
                yield return context.Error(
                    "ExtendedResource",
                    place,
                    $"'{name}' is not the name of an extended resource",
                    "Use one such as example.com/gpu."
                );
            if (!managed.Add(name))
                yield return context.Error(
                    "ExtendedResource",
                    place,
                    $"'{name}' is managed twice",
                    "Name each resource once, over all extenders."
                );
        }
    }

    // Kubernetes' own names, with or without its domain, are not extended resources.
    private static bool IsExtended(string name) =>
        name.Contains('/', StringComparison.Ordinal)
        && !name.Contains("kubernetes.io/", StringComparison.Ordinal)
        && !name.StartsWith("requests.", StringComparison.Ordinal)
        && LabelRules.CheckKey(name) is null;
}

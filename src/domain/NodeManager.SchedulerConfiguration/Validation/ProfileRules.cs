using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Reading;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>Rules for each profile and between profiles.</summary>
internal static class ProfileRules
{
    public static IEnumerable<SchedulerConfigurationFinding> Check(ValidationContext context)
    {
        var names = new HashSet<string>();
        foreach (var (profile, reading) in context.Profiles)
        {
            var name = profile.Path.Key("schedulerName");
            if (profile.Name.Length == 0)
                yield return context.Error(
                    "ProfileName",
                    name,
                    "is missing, and there are several profiles or it is empty",
                    "Give the profile a name of its own."
                );
            else if (!names.Add(profile.Name))
                yield return context.Error(
                    "ProfileName",
                    name,
                    $"there is another profile '{profile.Name}'",
                    "Give each profile a name of its own."
                );
            if (GeneralRules.Percentage(context, profile.Path, profile.Node) is { } percentage)
                yield return percentage;
            var plugins = profile.Path.Key("plugins");
            if (reading.At(ExtensionPoints.QueueSort) is { Count: > 1 } sorters)
                yield return context.Error(
                    "QueueSort",
                    plugins.Key(ExtensionPoints.QueueSort),
                    $"the profile '{profile.Name}' has {sorters.Count} queueSort plugins ({string.Join(", ", sorters.Select(plugin => plugin.Name))}); it must have one",
                    "Disable '*' there and enable one."
                );
            if (Missing(context, profile, reading, "QueueSort", ExtensionPoints.QueueSort, "PrioritySort") is { } noSorter)
                yield return noSorter;
            if (Missing(context, profile, reading, "Bind", ExtensionPoints.Bind, "DefaultBinder") is { } noBinder)
                yield return noBinder;
            if (reading.Points.Contains("placementGenerate") && reading.At("placementGenerate").Count > 1)
                yield return context.Error("PlacementGenerate", plugins.Key("placementGenerate"), "has more than one plugin", "Leave one.");
        }

        foreach (var finding in SameQueueSort(context))
            yield return finding;
    }

    private static SchedulerConfigurationFinding? Missing(
        ValidationContext context,
        SchedulerProfile profile,
        EffectiveProfile reading,
        string rule,
        string point,
        string usual
    )
    {
        if (reading.At(point).Count > 0)
            return null;
        var path = profile.Path.Key("plugins").Key(point);
        var disabled = reading.Disabled(point);
        // The extension points of an unknown plugin of multiPoint are unknown.
        var unknown = reading
            .MultiPoint.Select(plugin => plugin.Name)
            .Where(name => context.Catalog.Find(name) is null && !disabled.Overlaps([name, PluginReference.All]))
            .ToList();
        if (unknown.Count == 0)
            return context.Error(
                rule,
                path,
                $"the profile '{profile.Name}' has no {point} plugin; it must have one",
                $"Enable {usual} or one of your own."
            );
        return context.Warning(
            rule,
            path,
            $"the profile '{profile.Name}' has no {point} plugin, unless {string.Join(" or ", unknown)} implements {point}",
            "To have a plugin of your own checked, use Register-SchedulerPlugin."
        );
    }

    private static IEnumerable<SchedulerConfigurationFinding> SameQueueSort(ValidationContext context)
    {
        var (first, reading) = context.Profiles[0];
        var sorter = reading.At(ExtensionPoints.QueueSort) is [var only, ..] ? only.Name : "";
        foreach (var (profile, other) in context.Profiles.Skip(1))
        {
            if (
                !Written(first).SequenceEqual(Written(profile))
                || !reading
                    .At(ExtensionPoints.QueueSort)
                    .Select(plugin => plugin.Name)
                    .SequenceEqual(other.At(ExtensionPoints.QueueSort).Select(plugin => plugin.Name))
            )
                yield return context.Error(
                    "QueueSort",
                    profile.Path.Key("plugins").Key(ExtensionPoints.QueueSort),
                    $"differs from that of the profile '{first.Name}'; there is one queue for all profiles",
                    "Write the same queueSort in all profiles."
                );
            else if (!YamlValue.Equals(Arguments(first, sorter), Arguments(profile, sorter)))
                yield return context.Error(
                    "QueueSort",
                    profile.Path.Key("pluginConfig"),
                    $"the arguments of {sorter} differ from those of the profile '{first.Name}'",
                    "Write the same arguments in all profiles."
                );
        }
    }

    private static IEnumerable<string> Written(SchedulerProfile profile) =>
        profile
            .Plugins(ExtensionPoints.QueueSort, "enabled")
            .Select(plugin => "+" + plugin.Name)
            .Concat(profile.Plugins(ExtensionPoints.QueueSort, "disabled").Select(plugin => "-" + plugin.Name));

    private static object? Arguments(SchedulerProfile profile, string plugin) =>
        profile.Arguments(plugin) is { } node ? YamlValue.Of(node) : null;
}

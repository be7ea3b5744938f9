using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Reading;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>The lists of enabled and disabled plugins.</summary>
internal static class PluginRules
{
    public static IEnumerable<SchedulerConfigurationFinding> Check(ValidationContext context, bool isStock) =>
        context.Profiles.SelectMany(pair =>
            ExtensionPoints
                .Of(context.Api, context.Minor)
                .SelectMany(point =>
                    Enabled(context, pair.Profile, pair.Reading, point, isStock)
                        .Concat(Disabled(context, pair.Profile, pair.Reading, point))
                )
                .Concat(Overflow(context, pair.Profile, pair.Reading))
        );

    /// <summary>Why a scheduler does not have a plugin, or null.</summary>
    public static string? Missing(ValidationContext context, string name, bool isStock)
    {
        var plugin = context.Catalog.Find(name);
        if (plugin is { IsBuiltIn: true })
            return plugin.IsInvalidIn(context.Api, context.Minor) ? $"the plugin {name} is invalid in {context.Api}"
                : plugin.Exists(context.Minor) ? null
                : $"the scheduler of Kubernetes 1.{context.Minor} has no plugin {name}";
        return isStock ? $"Kubernetes' own scheduler has no plugin '{name}'" : null;
    }

    private static IEnumerable<SchedulerConfigurationFinding> Enabled(
        ValidationContext context,
        SchedulerProfile profile,
        EffectiveProfile reading,
        string point,
        bool isStock
    )
    {
        var list = profile.List(point, "enabled");
        var plugins = profile.Plugins(point, "enabled");
        var seen = new HashSet<string>();
        for (var index = 0; index < plugins.Count; index++)
        {
            var plugin = plugins[index];
            var path = list.Item(index);
            var known = context.Catalog.Find(plugin.Name);
            if (plugin.Name is "" or PluginReference.All)
                yield return context.Error(
                    "PluginName",
                    path,
                    plugin.Name.Length == 0 ? "names no plugin" : "'*' cannot be enabled",
                    "Name a plugin."
                );
            else if (Missing(context, plugin.Name, isStock) is { } missing)
                yield return context.Error("UnknownPlugin", path, missing, "Remove it, or use a scheduler that has it.");
            else if (known is null)
                yield return context.Warning(
                    "UnknownPlugin",
                    path,
                    $"the plugin '{plugin.Name}' is unknown",
                    "Names are case-sensitive. To have a plugin of your own checked, use Register-SchedulerPlugin."
                );
            else if (point != ExtensionPoints.MultiPoint && !known.Implements(point, context.Minor))
                yield return context.Of(
                    known,
                    "ExtensionPoint",
                    path,
                    $"the plugin {plugin.Name} does not implement {point}",
                    $"It implements {string.Join(", ", known.Points(context.Minor))}."
                );
            if (!seen.Add(plugin.Name))
                yield return context.Error("DuplicatePlugin", path, $"the plugin {plugin.Name} is enabled twice", "Remove one of the two.");
            else if (!context.Api.OverridesDefaults && RunsTwice(reading, point, plugin.Name))
                yield return context.Error(
                    "DuplicatePlugin",
                    path,
                    $"the plugin {plugin.Name} runs by default and is enabled again",
                    $"Name it in {point}.disabled too, or remove it here."
                );
            if (Weight(context, profile, point, index, plugin) is { } weight)
                yield return weight;
        }
    }

    private static bool RunsTwice(EffectiveProfile reading, string point, string name) =>
        reading.At(point).Count(plugin => plugin.Name == name) > 1;

    private static SchedulerConfigurationFinding? Weight(
        ValidationContext context,
        SchedulerProfile profile,
        string point,
        int index,
        PluginReference plugin
    )
    {
        var path = profile.List(point, "enabled").Item(index).Key("weight");
        if (plugin.Weight is not { } weight)
            return null;
        if (!ExtensionPoints.HasWeight(point) && point != ExtensionPoints.MultiPoint)
            return context.Warning("Weight", path, $"a weight has no effect at {point}", "Remove it, or set it at score.");
        return weight switch
        {
            0 => context.Warning("Weight", path, "0 counts as 1", "Disable the plugin at score to leave its scores out."),
            < 0 => context.Warning("Weight", path, $"{weight} reverses the scores of the plugin", "Give it 1 or more."),
            _ => null,
        };
    }

    // The scheduler's overflow check is unsigned: it takes a sum below 0 for an overflow.
    private static IEnumerable<SchedulerConfigurationFinding> Overflow(
        ValidationContext context,
        SchedulerProfile profile,
        EffectiveProfile reading
    )
    {
        if (!context.Api.HasMultiPoint)
            yield break;
        var own = profile.Plugins(ExtensionPoints.Score, "enabled").Select(plugin => (plugin.Name, Weight: plugin.Weight ?? 0));
        var weights = own.Concat(reading.MultiPoint.Select(plugin => (plugin.Name, plugin.Weight)))
            .Where(plugin => reading.Implements(plugin.Name, ExtensionPoints.Score))
            .DistinctBy(plugin => plugin.Name);
        long total = 0;
        foreach (var (name, weight) in weights)
        {
            var score = (weight == 0 ? 1 : weight) * 100;
            if (score > unchecked(long.MaxValue - total))
            {
                yield return context.Error(
                    "WeightOverflow",
                    profile.Path.Key("plugins").Key(ExtensionPoints.Score),
                    $"the sum of the weights before {name} is less than 0, which the scheduler rejects as an overflow",
                    "Give each plugin a weight of 1 or more."
                );
                yield break;
            }

            total += score;
        }
    }

    private static IEnumerable<SchedulerConfigurationFinding> Disabled(
        ValidationContext context,
        SchedulerProfile profile,
        EffectiveProfile reading,
        string point
    )
    {
        var plugins = profile.Plugins(point, "disabled");
        var everything =
            point == ExtensionPoints.MultiPoint
                ? DefaultPlugins.Of(context.Api, context.Minor, point).Select(plugin => plugin.Name).ToHashSet()
                : [.. reading.DefaultsAt(point), .. reading.MultiPoint.Select(plugin => plugin.Name)];
        for (var index = 0; index < plugins.Count; index++)
        {
            var name = plugins[index].Name;
            if (name == PluginReference.All || everything.Contains(name))
                continue;
            yield return context.Warning(
                "NothingToDisable",
                profile.List(point, "disabled").Item(index),
                context.Catalog.Find(name) is null
                    ? $"the plugin '{name}' is unknown; disabling it changes nothing"
                    : $"the plugin {name} does not run at {point} by default; disabling it changes nothing",
                "Remove it."
            );
        }
    }
}

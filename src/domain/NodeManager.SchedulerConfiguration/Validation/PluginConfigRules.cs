using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Validation;

internal static class PluginConfigRules
{
    // The validation looks up the checks of NodeResourcesFit by the kind of its arguments.
    private const string MistakenForAPlugin = "NodeResourcesFitArgs";

    private static readonly ValueSchema AnyValue = ArgumentSchemas.Get("any");

    public static IEnumerable<SchedulerConfigurationFinding> Check(ValidationContext context, bool isStock)
    {
        foreach (var (profile, reading) in context.Profiles)
        {
            var items = profile.Node?.Value("pluginConfig")?.Items ?? [];
            var running = reading.Points.SelectMany(reading.At).Concat(reading.MultiPoint).Select(plugin => plugin.Name).ToHashSet();
            var seen = new HashSet<string>();
            for (var index = 0; index < items.Count; index++)
            {
                var path = profile.Path.Key("pluginConfig").Item(index);
                var name = ValidationContext.Text(items[index].Resolved, "name") ?? "";
                if (!seen.Add(name))
                    yield return context.Error(
                        "DuplicatePluginConfig",
                        path,
                        $"the arguments of '{name}' are given twice",
                        "Merge the two."
                    );
                foreach (var finding in Item(context, path, name, items[index].Resolved, running, isStock))
                    yield return finding;
            }

            foreach (var name in running.Where(name => name == "RequestedToCapacityRatio" && !seen.Contains(name)))
                yield return context.Error(
                    "Argument",
                    profile.Path.Key("pluginConfig"),
                    $"{name} needs the argument shape",
                    "Give it a shape in pluginConfig."
                );
        }
    }

    private static IEnumerable<SchedulerConfigurationFinding> Item(
        ValidationContext context,
        YamlPath path,
        string name,
        YamlNode item,
        HashSet<string> running,
        bool isStock
    )
    {
        var known = context.Catalog.Find(name);
        if (known?.IsInvalidIn(context.Api, context.Minor) == true)
            yield return context.Error("UnknownPlugin", path, $"the plugin {name} is invalid in {context.Api}", "Remove it.");
        if (known is { IsBuiltIn: true } && !known.Exists(context.Minor))
            known = null;

        if (name == MistakenForAPlugin && context.Minor >= 22)
            yield return context.Error(
                "UnknownPlugin",
                path,
                $"kube-scheduler refuses any arguments of '{name}'",
                "The plugin is called NodeResourcesFit."
            );
        else if (!running.Contains(name))
            yield return context.Warning(
                "UnusedPluginConfig",
                path,
                $"the plugin '{name}' does not run in this profile; its arguments do nothing",
                "Enable the plugin or remove its arguments."
            );
        if (item.Value("args") is not { } arguments)
            yield break;
        var place = path.Key("args");
        if (known?.Arguments(context.Api, context.Minor) is not { } schema)
        {
            if (known is { IsBuiltIn: true } && arguments.Entries.Count > 0)
                yield return context.Warning("UnusedPluginConfig", place, $"the plugin {name} takes no arguments", "Remove them.");
            foreach (var finding in SchemaCheck.Nodes(context, place, arguments, AnyValue))
                yield return finding;
            yield break;
        }

        foreach (
            var finding in Kind(context, place, known, arguments)
                .Concat(SchemaCheck.Nodes(context, place, arguments, WithType(schema), known))
        )
            yield return finding;
        foreach (var finding in ArgumentRules.Check(context, place, name, arguments, running.Contains(name)))
            yield return finding;
    }

    private static ValueSchema WithType(ValueSchema schema) => schema.With("apiVersion", "kind");

    private static IEnumerable<SchedulerConfigurationFinding> Kind(
        ValidationContext context,
        YamlPath path,
        KnownPlugin plugin,
        YamlNode arguments
    )
    {
        if (ValidationContext.Text(arguments, "kind") is { Length: > 0 } kind && kind != plugin.Name + "Args")
            yield return context.Of(
                plugin,
                "ArgumentKind",
                path.Key("kind"),
                $"is {kind}; the arguments of {plugin.Name} are {plugin.Name}Args",
                $"Write {plugin.Name}Args or remove it."
            );
        var own = $"{SchedulerDocument.Group}/{context.Api}";
        if (plugin.IsBuiltIn && ValidationContext.Text(arguments, "apiVersion") is { Length: > 0 } version && version != own)
            yield return context.Error(
                "ArgumentKind",
                path.Key("apiVersion"),
                $"is {version}, not that of the configuration",
                $"Write {own} or remove it."
            );
    }
}

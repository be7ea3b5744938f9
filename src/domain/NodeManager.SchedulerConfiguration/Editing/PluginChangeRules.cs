using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Validation;

namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>Validates a change before anything is edited.</summary>
internal static class PluginChangeRules
{
    /// <returns>Warnings.</returns>
    /// <exception cref="NodeManagerException">The plugin, an extension point or an argument does not exist.</exception>
    public static IReadOnlyList<string> Check(PluginChange change, SchedulerApi api, int minor, PluginCatalog catalog)
    {
        var plugin = catalog.Find(change.Name);
        if (plugin is null && !change.Force && change.Name != PluginReference.All)
            throw new NodeManagerException(
                ErrorIds.SchedulerPluginUnknown,
                ErrorKind.ObjectNotFound,
                $"The plugin '{change.Name}' is unknown.{Nearest(change.Name, catalog)}",
                change.Name,
                "Names are case-sensitive. For a plugin of your own scheduler, use -Force."
            );
        if (plugin is { IsBuiltIn: true } && !plugin.Exists(minor) && !change.Force)
            throw new NodeManagerException(
                ErrorIds.SchedulerPluginUnknown,
                ErrorKind.ObjectNotFound,
                $"The scheduler of Kubernetes 1.{minor} has no plugin '{change.Name}'.",
                change.Name,
                plugin.Until < minor ? $"It was last in Kubernetes 1.{plugin.Until}." : $"It exists from Kubernetes 1.{plugin.Since} on."
            );
        var points = ExtensionPoints.Of(api, minor).ToList();
        if (change.ExtensionPoints.FirstOrDefault(point => !points.Contains(point)) is { } unknown)
            throw Point(
                change,
                $"'{unknown}' is not an extension point of {api} in Kubernetes 1.{minor}.",
                $"Use one of {string.Join(", ", points)}."
            );
        if (plugin is null || change.Force)
            return [];
        var doubts = Points(change, plugin, minor)
            .Concat(plugin.Arguments(api, minor) is { } schema ? Arguments(change, schema) : [])
            .ToList();
        if (doubts.Count == 0)
            return [];
        return plugin.Origin == PluginOrigin.OutOfTree
            ?
            [
                .. doubts.Select(doubt =>
                    $"{doubt.Message} {doubt.RecommendedAction} Another release of the plugin might differ, so the change is applied."
                ),
            ]
            : throw doubts[0];
    }

    private static IEnumerable<NodeManagerException> Points(PluginChange change, KnownPlugin plugin, int minor) =>
        change
            .ExtensionPoints.Where(point => point != ExtensionPoints.MultiPoint && !plugin.Implements(point, minor))
            .Select(point =>
                Point(
                    change,
                    $"The plugin {plugin.Name} does not implement {point}.",
                    $"It implements {string.Join(", ", plugin.Points(minor))}."
                )
            );

    private static IEnumerable<NodeManagerException> Arguments(PluginChange change, ValueSchema schema) =>
        change.Arguments.SelectMany(argument =>
            schema.Fields.TryGetValue(argument.Key, out var field)
                ? SchemaCheck
                    .Values(argument.Key, argument.Value, field)
                    .Select(fault =>
                        Argument(change, $"The argument {fault.Path} of {change.Name}: {fault.Message}.", $"Give it {field.Name}.")
                    )
                :
                [
                    Argument(
                        change,
                        $"The plugin {change.Name} has no argument '{argument.Key}'.",
                        $"It has {string.Join(", ", schema.Fields.Keys)}."
                    ),
                ]
        );

    private static string Nearest(string name, PluginCatalog catalog) =>
        catalog.All.FirstOrDefault(plugin => plugin.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } near
            ? $" Did you mean {near.Name}?"
            : "";

    /// <exception cref="NodeManagerException">The extension points of the plugin are unknown.</exception>
    public static void RequirePoints(PluginChange change, SchedulerApi api, PluginCatalog catalog)
    {
        if (change.ExtensionPoints.Count == 0 && catalog.Find(change.Name) is null && !api.HasMultiPoint)
            throw Point(
                change,
                $"The extension points of '{change.Name}' are unknown, and {api} has no multiPoint.",
                "Specify them with -ExtensionPoint."
            );
    }

    private static NodeManagerException Point(PluginChange change, string message, string action) =>
        new(ErrorIds.SchedulerExtensionPointInvalid, ErrorKind.InvalidArgument, message, change.Name, action);

    private static NodeManagerException Argument(PluginChange change, string message, string action) =>
        new(ErrorIds.SchedulerArgumentInvalid, ErrorKind.InvalidArgument, message, change.Name, action);
}

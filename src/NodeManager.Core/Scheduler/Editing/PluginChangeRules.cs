using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Validation;

namespace NodeManager.Core.Scheduler.Editing;

/// <summary>What is asked of a change before anything is edited.</summary>
internal static class PluginChangeRules
{
    /// <exception cref="NodeManagerException">The plugin, an extension point or an argument is not one that there is.</exception>
    public static void Check(PluginChange change, SchedulerApi api, int minor, PluginCatalog catalog)
    {
        var plugin = catalog.Find(change.Name);
        if (plugin is null && !change.Force && change.Name != PluginReference.All)
            throw new NodeManagerException(ErrorIds.SchedulerPluginUnknown, ErrorKind.ObjectNotFound,
                $"The plugin '{change.Name}' is not known.{Nearest(change.Name, catalog)}", change.Name,
                "Mind upper and lower case; use -Force for a plugin of a scheduler of your own.");
        if (plugin is { IsBuiltIn: true } && !plugin.Exists(minor) && !change.Force)
            throw new NodeManagerException(ErrorIds.SchedulerPluginUnknown, ErrorKind.ObjectNotFound,
                $"The scheduler of Kubernetes 1.{minor} has no plugin '{change.Name}'.", change.Name,
                plugin.Until < minor ? $"It was last in Kubernetes 1.{plugin.Until}." : $"It is there from Kubernetes 1.{plugin.Since} on.");
        var points = ExtensionPoints.Of(api, minor).ToList();
        foreach (var point in change.ExtensionPoints)
            CheckPoint(change, point, points, plugin, api, minor);
        if (plugin is null && change is { ExtensionPoints.Count: 0 } && !api.HasMultiPoint)
            throw Point(change, $"The extension points of '{change.Name}' are not known, and {api} has no multiPoint.", "Name them with -ExtensionPoint.");
        if (plugin?.Arguments(api) is { } schema && !change.Force)
            CheckArguments(change, schema);
    }

    private static void CheckPoint(
        PluginChange change, string point, List<string> points, KnownPlugin? plugin, SchedulerApi api, int minor)
    {
        if (!points.Contains(point))
            throw Point(change, $"'{point}' is no extension point of {api} in Kubernetes 1.{minor}.", $"Use one of {string.Join(", ", points)}.");
        if (plugin is not null && point != ExtensionPoints.MultiPoint && !plugin.Implements(point, minor))
            throw Point(change, $"The plugin {plugin.Name} does not implement {point}.",
                $"It implements {string.Join(", ", plugin.Points(minor))}.");
    }

    private static void CheckArguments(PluginChange change, ValueSchema schema)
    {
        foreach (var (key, value) in change.Arguments)
        {
            if (!schema.Fields.TryGetValue(key, out var field))
                throw Argument(change, $"The plugin {change.Name} has no argument '{key}'.",
                    $"It has {string.Join(", ", schema.Fields.Keys)}.");
            foreach (var (path, message) in SchemaCheck.Values(key, value, field))
                throw Argument(change, $"The argument {path} of {change.Name}: {message}.", $"Give it {field.Name}.");
        }
    }

    private static string Nearest(string name, PluginCatalog catalog) =>
        catalog.All.FirstOrDefault(plugin => plugin.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } near
            ? $" Did you mean {near.Name}?"
            : "";

    private static NodeManagerException Point(PluginChange change, string message, string action) =>
        new(ErrorIds.SchedulerExtensionPointInvalid, ErrorKind.InvalidArgument, message, change.Name, action);

    private static NodeManagerException Argument(PluginChange change, string message, string action) =>
        new(ErrorIds.SchedulerArgumentInvalid, ErrorKind.InvalidArgument, message, change.Name, action);
}

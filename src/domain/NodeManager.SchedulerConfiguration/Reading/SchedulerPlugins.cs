using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Reading;

/// <summary>Lists the plugins of a configuration.</summary>
public static class SchedulerPlugins
{
    /// <summary>One object for each profile, extension point and plugin: active ones in order, then disabled ones.</summary>
    /// <param name="minor">The scheduler's minor version; null: the newest that reads the configuration's version.</param>
    /// <param name="catalog">Null: the standard plugins.</param>
    /// <param name="origin">The source of the configuration, named by the plugins.</param>
    /// <exception cref="NodeManagerException">The configuration's <c>apiVersion</c> is unknown.</exception>
    public static IEnumerable<SchedulerPlugin> Read(
        SchedulerDocument document,
        int? minor = null,
        PluginCatalog? catalog = null,
        ConfigurationOrigin? origin = null
    )
    {
        var api = ApiOf(document);
        var release = minor ?? api.AssumedMinor;
        catalog ??= PluginCatalog.Standard;
        return document.Profiles.SelectMany(profile =>
            Read(profile, new EffectiveProfile(profile, api, release, catalog), catalog, origin ?? new ConfigurationOrigin())
        );
    }

    /// <summary>The version of a document, or an error that names the known ones.</summary>
    public static SchedulerApi ApiOf(SchedulerDocument document) =>
        SchedulerApi.Of(document)
        ?? throw new NodeManagerException(
            ErrorIds.SchedulerConfigurationInvalid,
            ErrorKind.InvalidData,
            $"The configuration's apiVersion '{document.ApiVersion}' is not a version of {SchedulerDocument.Group}.",
            document,
            $"Use one of {string.Join(", ", SchedulerApi.All.Select(api => $"{SchedulerDocument.Group}/{api.Name}"))}."
        );

    private static IEnumerable<SchedulerPlugin> Read(
        SchedulerProfile profile,
        EffectiveProfile reading,
        PluginCatalog catalog,
        ConfigurationOrigin origin
    )
    {
        SchedulerPlugin Plugin(string point, string name, string status, string source, int order, int? weight) =>
            new()
            {
                Cluster = origin.Session?.Cluster ?? "",
                Session = origin.Session,
                Namespace = origin.Namespace,
                ConfigMap = origin.ConfigMap,
                Key = origin.Key,
                Deployment = origin.Deployment,
                File = origin.File,
                Name = name,
                ExtensionPoint = point,
                SchedulerName = profile.Name,
                Status = status,
                Source = source,
                Order = order,
                Weight = weight,
                Arguments = profile.Arguments(name) is { } arguments ? YamlValue.Describe(YamlValue.Of(arguments)) : "",
                IsKnown = catalog.Find(name) is not null,
            };

        foreach (var point in reading.Points)
        {
            var order = 0;
            foreach (var plugin in reading.At(point))
                yield return Plugin(
                    point,
                    plugin.Name,
                    plugin.Source == ActivePlugin.Default ? SchedulerPluginStatus.Default : SchedulerPluginStatus.Enabled,
                    plugin.Source,
                    ++order,
                    Weight(point, plugin)
                );
            foreach (var (name, disabledBy) in Disabled(reading, point))
                yield return Plugin(point, name, SchedulerPluginStatus.Disabled, disabledBy, 0, null);
        }

        // The extension points of an unknown plugin of multiPoint are unknown.
        foreach (var plugin in reading.MultiPoint.Where(plugin => catalog.Find(plugin.Name) is null))
            yield return Plugin(ExtensionPoints.MultiPoint, plugin.Name, SchedulerPluginStatus.Enabled, plugin.Source, 0, null);
    }

    private static IEnumerable<(string Name, string Source)> Disabled(EffectiveProfile reading, string point)
    {
        var running = reading.At(point).Select(plugin => plugin.Name).ToHashSet();
        var here = reading.Disabled(point);
        var elsewhere = reading.MultiPoint.Where(plugin => reading.Implements(plugin.Name, point)).Select(plugin => plugin.Name);
        var all = reading.DefaultsAt(point).Concat(elsewhere).Concat(here.Where(name => name != PluginReference.All)).Distinct();
        foreach (var name in all.Where(name => !running.Contains(name)))
            yield return (
                name,
                here.Contains(name) || here.Contains(PluginReference.All) ? ActivePlugin.Explicit : ActivePlugin.MultiPoint
            );
    }

    private static int? Weight(string point, ActivePlugin plugin) =>
        !ExtensionPoints.HasWeight(point) ? null
        : plugin.Weight == 0 ? 1
        : (int)Math.Clamp(plugin.Weight, int.MinValue, int.MaxValue);
}

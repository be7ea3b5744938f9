using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Live;

namespace NodeManager.Core.Scheduler.Reading;

/// <summary>Tells what a configuration makes run.</summary>
public static class SchedulerPlugins
{
    /// <summary>One object per profile, extension point and plugin: what runs in its order, then what is disabled.</summary>
    /// <param name="document">The configuration.</param>
    /// <param name="minor">The scheduler's minor release of Kubernetes 1; null: the newest that reads the configuration's version.</param>
    /// <param name="catalog">The known plugins; null: the standard ones.</param>
    /// <param name="file">The file that it comes from.</param>
    /// <exception cref="NodeManagerException">The configuration's <c>apiVersion</c> is unknown.</exception>
    public static IEnumerable<SchedulerPlugin> Read(SchedulerDocument document, int? minor = null, PluginCatalog? catalog = null, string file = "") =>
        Read(document, minor, catalog, file, null, null);

    /// <summary>The same of a scheduler of a cluster.</summary>
    public static IEnumerable<SchedulerPlugin> Read(
        SchedulerDocument document, NodeManagerSession session, ClusterScheduler scheduler, int? minor = null, PluginCatalog? catalog = null) =>
        Read(document, minor ?? scheduler.Minor, catalog, "", session, scheduler);

    private static IEnumerable<SchedulerPlugin> Read(
        SchedulerDocument document, int? minor, PluginCatalog? catalog, string file, NodeManagerSession? session, ClusterScheduler? scheduler)
    {
        var api = ApiOf(document);
        var release = minor ?? api.AssumedMinor;
        catalog ??= PluginCatalog.Standard;
        return document.Profiles.SelectMany(profile =>
            Read(profile, new ProfileReading(profile, api, release, catalog), new PluginSource(catalog, file, session, scheduler)));
    }

    /// <summary>The version of a document, or an error that names those that there are.</summary>
    public static SchedulerApi ApiOf(SchedulerDocument document) => SchedulerApi.Of(document) ?? throw new NodeManagerException(
        ErrorIds.SchedulerConfigurationInvalid, ErrorKind.InvalidData,
        $"The configuration's apiVersion '{document.ApiVersion}' is no version of {SchedulerDocument.Group}.", document,
        $"Use one of {string.Join(", ", SchedulerApi.All.Select(api => $"{SchedulerDocument.Group}/{api.Name}"))}.");

    private static IEnumerable<SchedulerPlugin> Read(SchedulerProfile profile, ProfileReading reading, PluginSource source)
    {
        foreach (var point in reading.Points)
        {
            var order = 0;
            foreach (var plugin in reading.At(point))
                yield return source.Plugin(profile, point, plugin.Name,
                    plugin.Source == ActivePlugin.Default ? SchedulerPluginStatus.Default : SchedulerPluginStatus.Enabled,
                    plugin.Source, ++order, Weight(point, plugin));
            foreach (var (name, disabledBy) in Disabled(reading, point))
                yield return source.Plugin(profile, point, name, SchedulerPluginStatus.Disabled, disabledBy, 0, null);
        }

        // Where a plugin is not known, so are the points that multiPoint would put it to.
        foreach (var plugin in reading.MultiPoint.Where(plugin => source.Catalog.Find(plugin.Name) is null))
            yield return source.Plugin(profile, ExtensionPoints.MultiPoint, plugin.Name, SchedulerPluginStatus.Enabled, plugin.Source, 0, null);
    }

    private static IEnumerable<(string Name, string Source)> Disabled(ProfileReading reading, string point)
    {
        var running = reading.At(point).Select(plugin => plugin.Name).ToHashSet();
        var here = reading.Disabled(point);
        var elsewhere = reading.MultiPoint.Where(plugin => reading.Implements(plugin.Name, point)).Select(plugin => plugin.Name);
        var all = reading.DefaultsAt(point).Concat(elsewhere).Concat(here.Where(name => name != PluginReference.All)).Distinct();
        foreach (var name in all.Where(name => !running.Contains(name)))
            yield return (name, here.Contains(name) || here.Contains(PluginReference.All) ? ActivePlugin.Explicit : ActivePlugin.MultiPoint);
    }

    private static int? Weight(string point, ActivePlugin plugin) =>
        !ExtensionPoints.HasWeight(point) ? null : plugin.Weight == 0 ? 1 : (int)Math.Clamp(plugin.Weight, int.MinValue, int.MaxValue);
}

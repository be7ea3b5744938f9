using NodeManager.Kubernetes.Selectors;
using NodeManager.Pipeline;
using NodeManager.Providers.Files;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Reading;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Plugins;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Commands;

/// <summary>Lists the enabled plugins of a configuration: an object per profile, extension point and plugin.</summary>
[Cmdlet(VerbsCommon.Get, "SchedulerPlugin", DefaultParameterSetName = ClusterSet)]
[OutputType(typeof(SchedulerPlugin))]
public sealed class GetSchedulerPluginCommand : SchedulerFileCmdlet
{
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SchedulerPluginCompleter))]
    public string[] Name { get; set; } = ["*"];

    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ExtensionPointCompleter))]
    public string[] ExtensionPoint { get; set; } = ["*"];

    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] SchedulerName { get; set; } = ["*"];

    private protected override bool TakesAll => true;

    private protected override async Task WorkAsync(Worker worker, string file)
    {
        SchedulerManifest manifest = await SchedulerFiles.ReadAsync(file, Key, worker.Token);
        Emit(worker, SchedulerPlugins.Read(manifest.Document, Files.Minor, Files.Catalog, new() { File = file }));
    }

    private protected override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler) =>
        Emit(
            worker,
            SchedulerPlugins.Read(
                await SchedulerConfigurationReader.ReadDocumentAsync(session, scheduler, worker.Token),
                Files.Minor ?? scheduler.Minor,
                await PluginRegistry.CatalogAsync(session, worker.Token),
                scheduler.OriginIn(session)
            )
        );

    private void Emit(Worker worker, IEnumerable<SchedulerPlugin> plugins)
    {
        Predicate<string> name = NamePattern.Any(Name);
        Predicate<string> point = NamePattern.Any(ExtensionPoint);
        Predicate<string> scheduler = NamePattern.Any(SchedulerName);
        foreach (SchedulerPlugin plugin in plugins)
            if (name(plugin.Name) && point(plugin.ExtensionPoint) && scheduler(plugin.SchedulerName))
                worker.Output(plugin);
    }
}

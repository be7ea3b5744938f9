using NodeManager.Pipeline;
using NodeManager.Providers.Files;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;
using NodeManager.SchedulerConfigurations.Reading;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Plugins;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that changes plugins in configurations; all changes of a file are one write.</summary>
public abstract class SchedulerPluginSetterCmdlet : SchedulerChangeCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SchedulerPluginCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>By default, the extension points of the plugin.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ExtensionPointCompleter))]
    public string[] ExtensionPoint { get; set; } = [];

    /// <summary>The profiles; by default, all.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] SchedulerName { get; set; } = [];

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected abstract string Verb { get; }

    private protected virtual PluginChange Change(string name) =>
        new()
        {
            Name = name,
            ExtensionPoints = [.. ExtensionPoint.Select(ExtensionPoints.InItsCase)],
            SchedulerNames = SchedulerName,
            Force = Force,
        };

    private protected abstract PluginChangeResult Apply(SchedulerDocument document, PluginChange change, int? minor, PluginCatalog catalog);

    private protected sealed override async Task WorkAsync(Worker worker, string file)
    {
        SchedulerDocument? changed = await ChangeFileAsync(
            worker,
            file,
            FileChange(worker, file, Action, document => Apply(document, Files.Minor, Files.Catalog, worker.Warning))
        );
        if (!PassThru)
            return;
        SchedulerDocument now = changed ?? (await SchedulerFiles.ReadAsync(file, Key, worker.Token)).Document;
        Emit(worker, SchedulerPlugins.Read(now, Files.Minor, Files.Catalog, new() { File = file }));
    }

    private protected sealed override async Task WorkAsync(Worker worker, NodeManagerSession session, ClusterScheduler scheduler)
    {
        PluginCatalog catalog = await PluginRegistry.CatalogAsync(session, worker.Token);
        // An edit that is retried on another client's text repeats its warnings.
        var reported = new HashSet<string>();
        SchedulerDocument now = await ChangeAsync(
            worker,
            session,
            scheduler,
            Action,
            SchedulerChange.OfDocument(
                scheduler,
                document =>
                    Apply(
                        document,
                        Files.Minor ?? scheduler.Minor,
                        catalog,
                        warning =>
                        {
                            if (reported.Add(warning))
                                worker.Warning(warning);
                        }
                    )
            )
        );
        if (PassThru)
            Emit(worker, SchedulerPlugins.Read(now, Files.Minor ?? scheduler.Minor, catalog, scheduler.OriginIn(session)));
    }

    private string Action => $"{Verb} {string.Join(", ", Name)}";

    private SchedulerDocument Apply(SchedulerDocument document, int? minor, PluginCatalog catalog, Action<string> warn) =>
        Name.Aggregate(
            document,
            (current, name) =>
            {
                PluginChangeResult result = Apply(current, Change(name), minor, catalog);
                foreach (string warning in result.Warnings)
                    warn(warning);
                return result.Document;
            }
        );

    private void Emit(Worker worker, IEnumerable<SchedulerPlugin> plugins)
    {
        foreach (SchedulerPlugin plugin in plugins)
            if (Name.Contains(plugin.Name) && (SchedulerName.Length == 0 || SchedulerName.Contains(plugin.SchedulerName)))
                worker.Output(plugin);
    }
}

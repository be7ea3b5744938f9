using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;

namespace NodeManager.Commands;

[Cmdlet(VerbsLifecycle.Disable, "SchedulerPlugin", DefaultParameterSetName = ClusterSet, SupportsShouldProcess = true)]
[OutputType(typeof(SchedulerPlugin))]
public sealed class DisableSchedulerPluginCommand : SchedulerPluginSetterCmdlet
{
    private protected override string Verb => "Disable";

    private protected override PluginChangeResult Apply(
        SchedulerDocument document,
        PluginChange change,
        int? minor,
        PluginCatalog catalog
    ) => PluginEditor.Disable(document, change, minor, catalog);
}

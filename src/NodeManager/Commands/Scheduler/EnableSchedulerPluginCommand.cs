using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;

namespace NodeManager.Commands.Scheduler;

/// <summary>Makes plugins of a scheduler run.</summary>
[Cmdlet(VerbsLifecycle.Enable, "SchedulerPlugin", DefaultParameterSetName = ClusterSet, SupportsShouldProcess = true)]
[OutputType(typeof(SchedulerPlugin))]
public sealed class EnableSchedulerPluginCommand : PluginSettingsCmdlet
{
    private protected override string Verb => "Enable";

    private protected override PluginChangeResult Apply(SchedulerDocument document, PluginChange change, int? minor, PluginCatalog catalog) =>
        PluginEditor.Enable(document, change, minor, catalog);
}

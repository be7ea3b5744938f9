using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;

namespace NodeManager.Commands.Scheduler;

/// <summary>Changes the weight, the place and the arguments of a scheduler's plugins.</summary>
[Cmdlet(VerbsCommon.Set, "SchedulerPlugin", DefaultParameterSetName = ClusterSet, SupportsShouldProcess = true)]
[OutputType(typeof(SchedulerPlugin))]
public sealed class SetSchedulerPluginCommand : PluginSettingsCmdlet
{
    private protected override string Verb => "Set";

    private protected override PluginChangeResult Apply(SchedulerDocument document, PluginChange change, int? minor, PluginCatalog catalog) =>
        PluginEditor.Set(document, change, minor, catalog);
}

using System.Collections;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;

namespace NodeManager.Commands;

/// <summary>Changes weight, order and arguments of plugins.</summary>
[Cmdlet(VerbsCommon.Set, "SchedulerPlugin", DefaultParameterSetName = ClusterSet, SupportsShouldProcess = true)]
[OutputType(typeof(SchedulerPlugin))]
public sealed class SetSchedulerPluginCommand : SchedulerPluginSetterCmdlet
{
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Weight { get; set; }

    /// <summary>The position in the list of enabled plugins, from 1.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Order { get; set; }

    /// <summary>Arguments to set: <c>@{ name = value }</c>; null removes one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? Argument { get; set; }

    private protected override string Verb => "Set";

    private protected override PluginChange Change(string name) =>
        base.Change(name) with
        {
            Weight = Weight,
            Order = Order,
            Arguments = ArgumentMap.From(Argument),
        };

    private protected override PluginChangeResult Apply(
        SchedulerDocument document,
        PluginChange change,
        int? minor,
        PluginCatalog catalog
    ) => PluginEditor.Set(document, change, minor, catalog);
}

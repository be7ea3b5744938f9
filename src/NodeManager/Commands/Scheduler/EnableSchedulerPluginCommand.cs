using System.Collections;
using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Editing;

namespace NodeManager.Commands;

[Cmdlet(VerbsLifecycle.Enable, "SchedulerPlugin", DefaultParameterSetName = ClusterSet, SupportsShouldProcess = true)]
[OutputType(typeof(SchedulerPlugin))]
public sealed class EnableSchedulerPluginCommand : SchedulerPluginSetterCmdlet
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

    private protected override string Verb => "Enable";

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
    ) => PluginEditor.Enable(document, change, minor, catalog);
}

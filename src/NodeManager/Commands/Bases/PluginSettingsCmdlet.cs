using System.Collections;
using System.Management.Automation;
using NodeManager.Parameters;
using NodeManager.SchedulerConfigurations.Editing;

namespace NodeManager.Commands.Bases;

/// <summary>What a plugin that runs can be given: its weight, its place and its arguments.</summary>
public abstract class PluginSettingsCmdlet : SchedulerPluginSetterCmdlet
{
    private Dictionary<string, object?> _arguments = [];

    /// <summary>The weight of its scores.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Weight { get; set; }

    /// <summary>Its place in the list of enabled plugins, from 1.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Order { get; set; }

    /// <summary>Arguments to set: <c>@{ name = value }</c>; null takes one away.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? Argument { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        _arguments = ArgumentMap.From(Argument);
    }

    private protected override PluginChange Change(string name) =>
        base.Change(name) with { Weight = Weight, Order = Order, Arguments = _arguments };
}

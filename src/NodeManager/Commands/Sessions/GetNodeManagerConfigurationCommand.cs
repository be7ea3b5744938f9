using System.Management.Automation.Runspaces;
using NodeManager.Core.Configuration;
using NodeManager.Sessions;

namespace NodeManager.Commands;

/// <summary>Reads the default values of commands. Without a session, those of a new one.</summary>
[Cmdlet(VerbsCommon.Get, "NodeManagerConfiguration")]
[OutputType(typeof(NodeManagerConfiguration), typeof(NodeManagerSetting))]
public sealed class GetNodeManagerConfigurationCommand : SessionCmdlet
{
    /// <summary>Emit an object per option with its source.</summary>
    [Parameter]
    public SwitchParameter Show { get; set; }

    private protected override void End()
    {
        IEnumerable<NodeManagerConfiguration> configurations =
            Session is not null ? Sessions.Select(session => session.Configuration)
            : SessionRegistry.Current(Runspace.DefaultRunspace) is { } current ? [current.Configuration]
            : [ConfigurationLayers.Load(CurrentFolder)];
        foreach (NodeManagerConfiguration configuration in configurations)
        {
            if (Show)
                WriteObject(ConfigurationLayers.Explain(configuration), enumerateCollection: true);
            else
                WriteObject(configuration);
        }
    }
}

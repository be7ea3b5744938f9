using System.Management.Automation;
using NodeManager.Commands.Bases;

namespace NodeManager.Commands;

/// <summary>What holds in a session where a command says nothing else.</summary>
[Cmdlet(VerbsCommon.Get, "NodeManagerConfiguration")]
[OutputType(typeof(NodeManagerConfiguration))]
public sealed class GetNodeManagerConfigurationCommand : SessionCmdlet
{
    private protected override void End()
    {
        foreach (NodeManagerSession session in Sessions)
            WriteObject(session.Configuration);
    }
}

using System.Management.Automation;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet whose nodes live on, changed.</summary>
public abstract class NodeSetterCmdlet : NodeChangeCmdlet
{
    /// <summary>Emit each node as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected sealed override bool Emit => PassThru;
}

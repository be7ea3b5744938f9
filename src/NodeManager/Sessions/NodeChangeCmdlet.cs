using System.Management.Automation;

namespace NodeManager.Sessions;

/// <summary>A cmdlet that changes nodes one by one, side by side, each after it was asked for.</summary>
public abstract class NodeChangeCmdlet : NodeCmdlet
{
    /// <summary>Emit each node as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is done, for ShouldProcess: <c>Set label a=b</c>.</summary>
    private protected abstract string Action { get; }

    /// <summary>Does it; returns the node as it is afterwards.</summary>
    private protected abstract Task<ClusterNode> ChangeAsync(NodeReference node, CancellationToken cancellationToken);

    private protected sealed override void Process(NodeReference node)
    {
        if (!ShouldProcess(node.ToString(), Action))
            return;
        StartIn(node.Session, node.Name, async worker =>
        {
            ClusterNode changed = await ChangeAsync(node, worker.Token);
            if (PassThru)
                worker.Output(changed);
        });
    }
}

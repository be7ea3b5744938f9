using NodeManager.NodePools.Updates.Options;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Pauses updates of pools in any process: no further node is started, and evictions stop.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "NodePoolUpdate", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(NodePoolUpdate))]
public sealed class SuspendNodePoolUpdateCommand : PoolUpdateCmdlet
{
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string Action => "Pause the update";

    private protected override PoolUpdateChange Change => new() { Pause = true };

    private protected override Task ChangedAsync(NodeManagerSession session, NodePoolUpdate update, bool isHeld, Worker worker)
    {
        if (PassThru)
            worker.Output(update);
        return Task.CompletedTask;
    }
}

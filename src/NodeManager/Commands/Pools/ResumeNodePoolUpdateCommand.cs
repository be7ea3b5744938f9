using NodeManager.NodePools.Updates.Options;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Continues updates of pools in the process that holds them, else in this process. Includes skipped nodes.</summary>
[Cmdlet(VerbsLifecycle.Resume, "NodePoolUpdate", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(NodePoolUpdate))]
public sealed class ResumeNodePoolUpdateCommand : PoolUpdateCmdlet
{
    private protected override string Action => "Continue the update";

    private protected override PoolUpdateChange Change => new() { Pause = false };

    private protected override Task ChangedAsync(NodeManagerSession session, NodePoolUpdate update, bool isHeld, Worker worker) =>
        ContinueAsync(session, update, isHeld, PoolUpdateIntent.Resume, worker);
}

using NodeManager.NodePools.Updates.Options;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Ends updates of pools in any process, with or without a rollback.</summary>
[Cmdlet(VerbsLifecycle.Stop, "NodePoolUpdate", DefaultParameterSetName = ByObject, SupportsShouldProcess = true)]
[OutputType(typeof(NodePoolUpdate))]
public sealed class StopNodePoolUpdateCommand : PoolUpdateCmdlet
{
    /// <summary>Restore the former template and nodes.</summary>
    [Parameter]
    public SwitchParameter Rollback { get; set; }

    private protected override string Action =>
        Rollback
            ? "Roll the update back: drain and remove new nodes, and recreate former ones"
            : "Stop the update; replaced nodes are not restored";

    private protected override PoolUpdateChange Change => new() { Stop = !Rollback, Rollback = Rollback };

    private protected override Task ChangedAsync(NodeManagerSession session, NodePoolUpdate update, bool isHeld, Worker worker) =>
        ContinueAsync(session, update, isHeld, PoolUpdateIntent.End, worker);
}

using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;

namespace NodeManager.Commands;

[Cmdlet(
    VerbsCommon.Remove,
    "NodePool",
    DefaultParameterSetName = ByObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
[OutputType(typeof(NodePoolPlan))]
public sealed class RemoveNodePoolCommand : PoolTargetCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    private protected override void Process(PoolReference pool)
    {
        // A pool that changed since it was read is deleted all the same.
        PoolTarget target = pool.Target with
        {
            Generation = null,
        };
        Change(
            pool,
            "Delete node pool and its nodes",
            ConfirmImpact.High,
            worker => PoolPlanner.PlanDeletionAsync(pool.Context, target, worker.Token),
            worker => PoolEditor.DeleteAsync(pool.Context, target, worker.Token)
        );
    }
}

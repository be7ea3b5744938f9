using NodeManager.NodePools.Operations;

namespace NodeManager.Commands;

/// <summary>Reads the status that controllers reported.</summary>
[Cmdlet(VerbsCommon.Get, "NodePoolStatus", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodePoolStatus))]
public sealed class GetNodePoolStatusCommand : PoolTargetCmdlet
{
    private protected override void Process(PoolReference pool) =>
        Sessions.StartIn(
            pool.Session,
            pool.Target.Text,
            async worker => worker.Output(await PoolReader.ReadStatusAsync(pool.Context, pool.Target, worker.Token))
        );
}

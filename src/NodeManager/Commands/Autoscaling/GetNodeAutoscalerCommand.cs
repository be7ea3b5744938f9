using NodeManager.Autoscaling.Host;

namespace NodeManager.Commands;

/// <summary>Shows the lease holder, the pools, and the last decisions with their reasons.</summary>
[Cmdlet(VerbsCommon.Get, "NodeAutoscaler")]
[OutputType(typeof(NodeAutoscaler))]
public sealed class GetNodeAutoscalerCommand : AutoscalerCmdlet
{
    [Parameter]
    [ValidateRange(0, 1000)]
    public int DecisionCount { get; set; } = 20;

    private protected override void End()
    {
        Sessions.StartInEach(
            async (worker, session) => worker.Output(await AutoscalerReader.ReadAsync(session, Namespace, DecisionCount, worker.Token))
        );
    }
}

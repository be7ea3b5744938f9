using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Resources;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Previews what the autoscaler would do now, or lists what it decided up to a time, and why. Changes nothing.</summary>
[Cmdlet(VerbsCommon.Get, "NodeScalePlan", DefaultParameterSetName = NowSet)]
[OutputType(typeof(NodeScalePlan), ParameterSetName = [NowSet])]
[OutputType(typeof(NodeScalePlanPod), ParameterSetName = [PodSet])]
[OutputType(typeof(NodeScaleDecision), ParameterSetName = [PastSet])]
public sealed class GetNodeScalePlanCommand : SessionCmdlet
{
    private const string NowSet = "Now",
        PodSet = "Pod",
        PastSet = "Past";

    /// <summary>Pods to explain, as <c>name</c> or <c>namespace/name</c>, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PodSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Pod { get; set; } = [];

    /// <summary>A time in the past, or a duration before now: lists the decisions up to then.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PastSet)]
    [Moment]
    public object? At { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Namespace { get; set; } = NodeSmithNames.DefaultNamespace;

    private protected override void End()
    {
        Sessions.StartInEach((worker, session) => WorkAsync(session, worker));
    }

    private async Task WorkAsync(NodeManagerSession session, Worker worker)
    {
        switch (ParameterSetName)
        {
            case PodSet:
                foreach (NodeScalePlanPod pod in await ScalePlanReader.ExplainAsync(session, Namespace, Pod, worker, worker.Token))
                    worker.Output(pod);
                break;
            case PastSet:
                IReadOnlyList<NodeScaleDecision> decisions = At is DateTimeOffset moment
                    ? await ScalePlanReader.ReplayAsync(session, Namespace, moment, worker, worker.Token)
                    : await ScalePlanReader.ReplayAsync(session, Namespace, (TimeSpan)At!, worker, worker.Token);
                foreach (NodeScaleDecision decision in decisions)
                    worker.Output(decision);
                break;
            default:
                worker.Output(await ScalePlanReader.PlanAsync(session, Namespace, worker, worker.Token));
                break;
        }
    }
}

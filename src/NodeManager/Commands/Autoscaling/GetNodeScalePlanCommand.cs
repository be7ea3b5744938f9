using System.Collections;
using NodeManager.Autoscaling.Forecasts.Assumptions;
using NodeManager.Autoscaling.Forecasts.Explanations;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Resources;
using NodeManager.NodePools;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Previews what the autoscaler would do now, or lists what it decided up to a time, and why. Changes nothing.</summary>
[Cmdlet(VerbsCommon.Get, "NodeScalePlan", DefaultParameterSetName = NowSet)]
[OutputType(typeof(NodeScalePlan), ParameterSetName = [NowSet])]
[OutputType(typeof(NodeScalePlanPod), ParameterSetName = [PodSet])]
[OutputType(typeof(NodeScalePlanNode), ParameterSetName = [NodeSet])]
[OutputType(typeof(NodeScaleComparison), ParameterSetName = [WithSet])]
[OutputType(typeof(NodeScaleDecision), ParameterSetName = [PastSet])]
public sealed class GetNodeScalePlanCommand : SessionCmdlet
{
    private const string NowSet = "Now",
        PodSet = "Pod",
        NodeSet = "Node",
        WithSet = "With",
        PastSet = "Past";

    /// <summary>Pods to explain, as <c>name</c> or <c>namespace/name</c>, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PodSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Pod { get; set; } = [];

    /// <summary>Nodes of pools, or claims, to explain, with wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NodeSet)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Node { get; set; } = [];

    /// <summary>Assumed changes by name of the pool: hashtables with parameters of Set-NodePool.</summary>
    [Parameter(Mandatory = true, ParameterSetName = WithSet)]
    [ValidateNotNullOrEmpty]
    public IDictionary With { get; set; } = new Hashtable();

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
        Dictionary<string, PoolChange> changes = PoolAssumptions.Read(With);
        Sessions.StartInEach((worker, session) => WorkAsync(session, changes, worker));
    }

    private async Task WorkAsync(NodeManagerSession session, Dictionary<string, PoolChange> changes, Worker worker)
    {
        switch (ParameterSetName)
        {
            case PodSet:
                foreach (NodeScalePlanPod pod in await ScaleExplainer.ExplainAsync(session, Namespace, Pod, worker, worker.Token))
                    worker.Output(pod);
                break;
            case NodeSet:
                foreach (NodeScalePlanNode node in await ScaleExplainer.ExplainNodesAsync(session, Namespace, Node, worker, worker.Token))
                    worker.Output(node);
                break;
            case WithSet:
                worker.Output(await ScaleWhatIf.CompareAsync(session, Namespace, changes, worker, worker.Token));
                break;
            case PastSet:
                IReadOnlyList<NodeScaleDecision> decisions = At is DateTimeOffset moment
                    ? await DecisionReplay.ReadAsync(session, Namespace, moment, worker, worker.Token)
                    : await DecisionReplay.ReadAsync(session, Namespace, (TimeSpan)At!, worker, worker.Token);
                foreach (NodeScaleDecision decision in decisions)
                    worker.Output(decision);
                break;
            default:
                worker.Output(await ScalePlanReader.PlanAsync(session, Namespace, worker, worker.Token));
                break;
        }
    }
}

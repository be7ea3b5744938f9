namespace NodeManager.Commands;

/// <summary>Plans a drain: per pod, the action and its reason. Changes nothing.</summary>
[Cmdlet(VerbsCommon.Get, "NodeDrainPlan", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeDrainPlan))]
public sealed class GetNodeDrainPlanCommand : DrainCmdlet
{
    private readonly List<NodeReference> _nodes = [];

    private protected override void Process(NodeReference node) => _nodes.Add(node);

    private protected override void End() => Plan(_nodes);
}

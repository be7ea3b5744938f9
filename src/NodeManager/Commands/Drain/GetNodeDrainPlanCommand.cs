using System.Management.Automation;
using NodeManager.Commands.Bases;
using NodeManager.Parameters;

namespace NodeManager.Commands;

/// <summary>What a drain would do, pod by pod, with the reasons. Touches nothing.</summary>
[Cmdlet(VerbsCommon.Get, "NodeDrainPlan", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeDrainPlan))]
public sealed class GetNodeDrainPlanCommand : DrainCmdlet
{
    private readonly List<NodeReference> _nodes = [];

    private protected override void Process(NodeReference node) => _nodes.Add(node);

    private protected override void End() => Plan(_nodes);
}

using NodeManager.Core.Autoscaling.Planning;
using NodeManager.Core.Autoscaling.Planning.Inputs;
using NodeManager.Core.Autoscaling.State;

namespace NodeManager.Core.Autoscaling.Running;

/// <summary>The rules of <see cref="ScalePlanner"/>.</summary>
public sealed class RulePlanner : IScalePlanner
{
    public ScalePlan Plan(ScaleInput input) => ScalePlanner.Plan(input);

    public NodeScalePlanNode? Confirm(ScaleInput input, NodeScalePlanNode removal) => ScalePlanner.Confirm(input, removal);
}

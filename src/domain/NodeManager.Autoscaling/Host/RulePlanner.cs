using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Reconciliation;

namespace NodeManager.Autoscaling.Host;

/// <summary>The rules of <see cref="ScalePlanner"/>.</summary>
public sealed class RulePlanner : IScalePlanner
{
    public ScalePlan Plan(ScaleInput input) => ScalePlanner.Plan(input);

    public NodeScalePlanNode? Confirm(ScaleInput input, NodeScalePlanNode removal) => ScalePlanner.Confirm(input, removal);
}

using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Reconciliation;

namespace NodeManager.Autoscaling.Host;

public sealed class RulePlanner : IScalePlanner
{
    public ScalePlan Plan(ScaleInput input) => ScalePlanner.Plan(input);

    public NodeScalePlanNode? Confirm(ScaleInput input, NodeScalePlanNode removal) => ScalePlanner.Confirm(input, removal);
}

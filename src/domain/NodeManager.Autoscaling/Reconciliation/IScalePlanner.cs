using NodeManager.Autoscaling.Planning.Inputs;

namespace NodeManager.Autoscaling.Reconciliation;

/// <summary>Decides which machines to create and which nodes to remove, without I/O.</summary>
public interface IScalePlanner
{
    ScalePlan Plan(ScaleInput input);

    /// <summary>Verifies a removal immediately before it is executed. Null: the node is gone, or was replaced.</summary>
    NodeScalePlanNode? Confirm(ScaleInput input, NodeScalePlanNode removal);
}

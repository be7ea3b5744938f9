using NodeManager.Autoscaling.Planning.Inputs;

namespace NodeManager.Autoscaling.Reconciliation;

/// <summary>Decides which machines to create and which nodes to remove. Pure.</summary>
public interface IScalePlanner
{
    ScalePlan Plan(ScaleInput input);

    /// <summary>Whether a removal still holds, asked immediately before acting. Null: the node is gone, or is another one.</summary>
    NodeScalePlanNode? Confirm(ScaleInput input, NodeScalePlanNode removal);
}

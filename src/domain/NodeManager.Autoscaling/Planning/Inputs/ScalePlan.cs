using NodeManager.Autoscaling.Resources;

namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>
/// What to do now. A caller acts on <see cref="Machines"/> (a claim each, all together) and on the <see cref="Nodes"/> whose decision is
/// <see cref="ScaleDecision.Remove"/>; all else says why.
/// </summary>
/// <param name="Machines">To create.</param>
/// <param name="Nodes">Every node and claim of every pool.</param>
/// <param name="Pods">Every pod without a node.</param>
/// <param name="Pools">Every pool.</param>
/// <param name="Memory">For the next plan's <see cref="ScaleInput.Memory"/>.</param>
/// <param name="NextChangeAt">When to plan again although nothing has changed; null: no need to.</param>
public sealed record ScalePlan(
    IReadOnlyList<NodeScalePlanMachine> Machines,
    IReadOnlyList<NodeScalePlanNode> Nodes,
    IReadOnlyList<NodeScalePlanPod> Pods,
    IReadOnlyList<NodeScalePlanPool> Pools,
    ScaleMemory Memory,
    DateTimeOffset? NextChangeAt
)
{
    /// <summary>Every buffer that this autoscaler serves.</summary>
    public IReadOnlyList<BufferOutcome> Buffers { get; init; } = [];

    /// <summary>What is to be written to pools, by name, before machines are created: the bounds on repeated creation rest on it.</summary>
    internal IReadOnlyDictionary<string, PoolObservations> Observations { get; init; } = new Dictionary<string, PoolObservations>();

    /// <summary>What the machines are planned to be, by <see cref="NodeScalePlanMachine.Id"/>; their claims keep it.</summary>
    internal IReadOnlyDictionary<string, PlannedMachine> Plans { get; init; } = new Dictionary<string, PlannedMachine>();
}

namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>
/// The actions of the autoscaler: the <see cref="Machines"/> to create (a claim each, all together) and the <see cref="Nodes"/> to <see
/// cref="AutoscalerDecision.Remove"/>; the rest explains the decisions.
/// </summary>
/// <param name="Machines">To create.</param>
/// <param name="Nodes">Every node and claim of every pool.</param>
/// <param name="Pods">Every pending pod.</param>
/// <param name="Memory">For the next plan's <see cref="ScaleInput.Memory"/>.</param>
/// <param name="NextChangeAt">The time of the next plan without a change; null: none.</param>
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

    /// <summary>The observations to write to pools, by name, before machines are created: they limit repeated creation.</summary>
    internal IReadOnlyDictionary<string, PoolObservations> Observations { get; init; } = new Dictionary<string, PoolObservations>();

    /// <summary>The planned machines by <see cref="NodeScalePlanMachine.Id"/>, for their claims.</summary>
    public IReadOnlyDictionary<string, PlannedMachine> Plans { get; init; } = new Dictionary<string, PlannedMachine>();
}

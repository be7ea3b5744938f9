using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>What applies to all pools: how machines are chosen, and which pods do not count.</summary>
/// <param name="Choice">The choice among pools and shapes.</param>
/// <param name="ExpendableBelow">Pods with a lower priority cause no machine, and do not keep a node.</param>
public sealed record ScalePolicy(MachineChoiceRules Choice, int ExpendableBelow)
{
    public static ScalePolicy Default { get; } = new(MachineChoiceRules.First, PendingPods.ExpendableBelow);

    /// <summary>The names of the expanders in the API.</summary>
    public static IReadOnlyDictionary<string, MachineExpander> Expanders { get; } =
        new Dictionary<string, MachineExpander>(StringComparer.Ordinal)
        {
            ["priority"] = MachineExpander.Priority,
            ["least-waste"] = MachineExpander.LeastWaste,
            ["price"] = MachineExpander.Price,
        };

    /// <summary>Of the first control plane by name that has each setting. Unknown expanders are skipped: the server refuses them.</summary>
    public static ScalePolicy Of(IEnumerable<NodeSmithControlPlane> planes)
    {
        List<NodeSmithControlPlaneSpec> specs =
        [
            .. planes
                .Where(static plane => plane.Metadata.DeletionTimestamp is null)
                .OrderBy(static plane => plane.Metadata.Name, StringComparer.Ordinal)
                .Select(static plane => plane.Spec),
        ];
        List<string> names = specs.Find(static spec => spec.Expanders is { Count: > 0 })?.Expanders ?? [];
        return new(
            new(
                [.. names.Where(Expanders.ContainsKey).Select(static name => Expanders[name])],
                specs.Find(static spec => spec.BalanceSimilarPools is not null)?.BalanceSimilarPools ?? false
            ),
            specs.Find(static spec => spec.ExpendablePodsPriorityCutoff is not null)?.ExpendablePodsPriorityCutoff
                ?? PendingPods.ExpendableBelow
        );
    }
}

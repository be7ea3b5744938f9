namespace NodeManager.Scheduling.Packing;

/// <summary>How a new machine is chosen among those that hold the pod, as the expanders of cluster-autoscaler.</summary>
public enum MachineExpander
{
    /// <summary>The pool with the highest priority.</summary>
    Priority,

    /// <summary>The machine with the smallest unused share of CPU and memory.</summary>
    LeastWaste,

    /// <summary>The machine with the lowest price for what its pods request; without a price last.</summary>
    Price,
}

/// <summary>The rules of choice: each expander keeps the best machines for the next; the first pool of equal ones gets the machine.</summary>
/// <param name="Expanders">In order; empty: the first pool, and the cheapest size.</param>
/// <param name="BalancesPools">True to choose the pool with the fewest nodes among equal ones with similar machines.</param>
public sealed record MachineChoiceRules(IReadOnlyList<MachineExpander> Expanders, bool BalancesPools)
{
    public static MachineChoiceRules First { get; } = new([], false);

    /// <summary>True if the machines themselves are compared, and not only their pools.</summary>
    internal bool ComparesSizes => Expanders.Any(static one => one != MachineExpander.Priority);
}

/// <summary>Why a machine was chosen.</summary>
/// <param name="Expander">The first expander that told the best from the others; null: all were equal.</param>
/// <param name="Size">The size that was compared; the machine may be smaller.</param>
/// <param name="Pods">The pods that it would hold.</param>
/// <param name="Waste">The unused share of CPU and memory: 0 to 2.</param>
/// <param name="Other">The best machine of another pool or size that lost; null: none.</param>
public sealed record MachineChoice(
    MachineExpander? Expander,
    MachineOffer Offer,
    MachineSize Size,
    int Pods,
    double Waste,
    MachineChoice? Other
);

namespace NodeManager.Autoscaling.Forecasts.Simulation;

/// <summary>
/// The settings of an autoscaler. Those of others are models of their documents on this planner: when they look, what they choose
/// from, and how long they wait.
/// </summary>
public sealed record SimulatedAutoscaler(string Name)
{
    public string Description { get; init; } = "";

    /// <summary>See <see cref="ScalePolicy.Expanders"/>; empty: the order of pools.</summary>
    public string Expander { get; init; } = "price";

    /// <summary><c>Disabled</c>, <c>SingleNode</c> or <c>MultiNode</c>.</summary>
    public string Consolidation { get; init; } = "Disabled";

    /// <summary>True to replace nodes by cheaper ones.</summary>
    public bool Replaces { get; init; }

    /// <summary>How long a node must be unneeded.</summary>
    public TimeSpan ScaleDownDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long pods must have waited.</summary>
    public TimeSpan ScaleUpDelay { get; init; }

    /// <summary>Nodes that may be removed at a time: a number or a percentage; empty: no limit.</summary>
    public string Budget { get; init; } = "";

    /// <summary>The interval between plans; null: changes start a plan, as <see cref="NodeManager.Autoscaling.Host.PlanTrigger"/> does.</summary>
    public TimeSpan? Scan { get; init; }

    /// <summary>True for a pool of each shape, of which one plan grows only one.</summary>
    public bool HasGroups { get; init; }

    /// <summary>True if that one is drawn by lot.</summary>
    public bool IsRandom { get; init; }

    /// <summary>The settings by name.</summary>
    public static IReadOnlyList<SimulatedAutoscaler> All { get; } =
    [
        new("NodeManager") { Description = "expander price, empty nodes after 10 min" },
        new("LeastWaste") { Description = "expander least-waste, empty nodes after 10 min", Expander = "least-waste" },
        new("Consolidation")
        {
            Description = "expander price, SingleNode, nodes up to half full after 10 min",
            Consolidation = "SingleNode",
        },
        new("Replacement")
        {
            Description = "expander price, MultiNode with replacement by cheaper nodes after 10 min",
            Consolidation = "MultiNode",
            Replaces = true,
        },
        new("QuickReplacement")
        {
            Description = "expander price, MultiNode with replacement by cheaper nodes after 1 min",
            Consolidation = "MultiNode",
            Replaces = true,
            ScaleDownDelay = TimeSpan.FromMinutes(1),
        },
        // cluster-autoscaler's FAQ: scan-interval 10s, scale-down-unneeded-time and scale-down-delay-after-add 10m,
        // scale-down-utilization-threshold 0.5, 10 nodes at a time, one of them with pods; a loop grows the group that the expander chooses.
        new("ClusterAutoscaler")
        {
            Description =
                "cluster-autoscaler's rules: a group for each shape, expander least-waste, scan 10 s, unneeded 10 min, threshold 0.5",
            Expander = "least-waste",
            Consolidation = "SingleNode",
            Scan = TimeSpan.FromSeconds(10),
            Budget = "10",
            HasGroups = true,
        },
        new("ClusterAutoscalerRandom")
        {
            Description = "the same with expander random",
            Expander = "",
            Consolidation = "SingleNode",
            Scan = TimeSpan.FromSeconds(10),
            Budget = "10",
            HasGroups = true,
            IsRandom = true,
        },
        // Karpenter's documents: batches of 1 s idle and 10 s at most (also this autoscaler's), the cheapest type, consolidationPolicy
        // WhenEmptyOrUnderutilized with consolidateAfter 1m, default budget 10%.
        new("Karpenter")
        {
            Description = "Karpenter's rules: cheapest type, batches 1 s to 10 s, WhenEmptyOrUnderutilized after 1 min, 10% at a time",
            Consolidation = "MultiNode",
            Replaces = true,
            ScaleDownDelay = TimeSpan.FromMinutes(1),
            Budget = "10%",
        },
    ];
}

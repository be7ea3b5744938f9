using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Decisions;
using NodeManager.Scheduling.Scoring;

namespace NodeManager.Scheduling;

/// <summary>
/// What a profile of kube-scheduler's configuration makes of the rules: which run, and with what weights and arguments. A plugin is named as
/// the configuration names it.
/// </summary>
public sealed record SchedulingProfile
{
    /// <summary>The system's own default constraints of PodTopologySpread.</summary>
    public static IReadOnlyList<TopologySpreadConstraint> SystemConstraints { get; } =
    [
        new()
        {
            TopologyKey = "kubernetes.io/hostname",
            WhenUnsatisfiable = "ScheduleAnyway",
            MaxSkew = 3,
        },
        new()
        {
            TopologyKey = "topology.kubernetes.io/zone",
            WhenUnsatisfiable = "ScheduleAnyway",
            MaxSkew = 5,
        },
    ];

    /// <summary>The rules of <see cref="PodFit"/>, and those plugins of kube-scheduler that never say no here.</summary>
    public static IReadOnlySet<string> KnownFilters { get; } =
        new HashSet<string>
        {
            "NodeUnschedulable",
            "NodeName",
            "TaintToleration",
            "NodeAffinity",
            "NodePorts",
            "NodeResourcesFit",
            "VolumeBinding",
            "PodTopologySpread",
            "InterPodAffinity",
        };

    /// <summary>The rules of <see cref="PodScore"/>, and plugins that score all nodes equally without further arguments.</summary>
    public static IReadOnlySet<string> KnownScores { get; } =
        new HashSet<string>
        {
            "NodeResourcesFit",
            "NodeResourcesLeastAllocated",
            "NodeResourcesMostAllocated",
            "RequestedToCapacityRatio",
            "NodeResourcesBalancedAllocation",
            "ImageLocality",
            "InterPodAffinity",
            "NodeAffinity",
            "TaintToleration",
            "PodTopologySpread",
            "VolumeBinding",
            "NodePreferAvoidPods",
        };

    /// <summary>The scheduler's name, which pods ask for.</summary>
    public string Name { get; init; } = "default-scheduler";

    /// <summary>The filters that run; null: all.</summary>
    public IReadOnlySet<string>? Filters { get; init; }

    /// <summary>The plugins that score, with their weights.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Scores { get; init; }

    /// <summary>How NodeResourcesFit scores.</summary>
    public ResourceScoring Fit { get; init; } = ResourceScoring.Least;

    /// <summary>How its three predecessors score (v1beta1), by their names.</summary>
    public IReadOnlyDictionary<string, ResourceScoring> Former { get; init; } = new Dictionary<string, ResourceScoring>();

    /// <summary>The resources that NodeResourcesBalancedAllocation compares.</summary>
    public IReadOnlyList<string> BalancedResources { get; init; } = ["cpu", "memory"];

    /// <summary>Resources that NodeResourcesFit lets pass, by name, or by the part before the slash.</summary>
    public IReadOnlySet<string> IgnoredResources { get; init; } = new HashSet<string>();

    /// <summary>What a pod's required affinity to the one to be placed adds to a node; 0 to 100.</summary>
    public int HardPodAffinityWeight { get; init; } = 1;

    /// <summary>A pod that prefers no company itself is not drawn by what others prefer.</summary>
    public bool IgnorePreferredTermsOfExistingPods { get; init; }

    /// <summary>How pods are spread that say nothing of it themselves.</summary>
    public IReadOnlyList<TopologySpreadConstraint> DefaultConstraints { get; init; } = SystemConstraints;

    /// <summary>The default constraints are the system's own: nodes without such labels count as well.</summary>
    public bool HasSystemConstraints => ReferenceEquals(DefaultConstraints, SystemConstraints);

    /// <summary>Node affinity that every pod of the profile has beside its own.</summary>
    public NodeAffinity? AddedAffinity { get; init; }

    /// <summary>What a scheduler of that minor release does without a configuration.</summary>
    public static SchedulingProfile Default(int minorVersion) => minorVersion <= 22 ? Old : Current;

    /// <summary>Whether a filter of that name runs.</summary>
    public bool Runs(string filter) => Filters is null || Filters.Contains(filter);

    private static SchedulingProfile Old { get; } =
        new()
        {
            Scores =
            [
                new("NodeResourcesBalancedAllocation", 1),
                new("ImageLocality", 1),
                new("InterPodAffinity", 1),
                new("NodeResourcesLeastAllocated", 1),
                new("NodeAffinity", 1),
                new("PodTopologySpread", 2),
                new("TaintToleration", 1),
            ],
        };

    private static SchedulingProfile Current { get; } =
        new()
        {
            Scores =
            [
                new("TaintToleration", 3),
                new("NodeAffinity", 2),
                new("NodeResourcesFit", 1),
                new("PodTopologySpread", 2),
                new("InterPodAffinity", 2),
                new("NodeResourcesBalancedAllocation", 1),
                new("ImageLocality", 1),
            ],
        };
}

using NodeManager.Scheduling.Decisions;
using NodeManager.Scheduling.Scoring;

namespace NodeManager.Scheduling;

/// <summary>
/// A profile of kube-scheduler's configuration: the active rules with weights and arguments. Plugins have their names of the configuration.
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

    /// <summary>The rules of <see cref="PodFit"/>, and kube-scheduler plugins that never reject here.</summary>
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

    /// <summary>The scheduler name in pod specs.</summary>
    public string Name { get; init; } = "default-scheduler";

    /// <summary>The active filters; null: all.</summary>
    public IReadOnlySet<string>? Filters { get; init; }

    /// <summary>The active score plugins with their weights.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Scores { get; init; }

    public ResourceScoring Fit { get; init; } = ResourceScoring.Least;

    /// <summary>The scoring of its three predecessors (v1beta1), by name.</summary>
    public IReadOnlyDictionary<string, ResourceScoring> Former { get; init; } = new Dictionary<string, ResourceScoring>();

    /// <summary>The resources that NodeResourcesBalancedAllocation compares.</summary>
    public IReadOnlyList<string> BalancedResources { get; init; } = ["cpu", "memory"];

    /// <summary>Resources that NodeResourcesFit ignores, by name, or by the prefix before the slash.</summary>
    public IReadOnlySet<string> IgnoredResources { get; init; } = new HashSet<string>();

    /// <summary>The weight of an existing pod's required affinity to the new pod; 0 to 100.</summary>
    public int HardPodAffinityWeight { get; init; } = 1;

    /// <summary>True to ignore the preferences of existing pods if the new pod has none.</summary>
    public bool IgnorePreferredTermsOfExistingPods { get; init; }

    /// <summary>The spread constraints of pods without their own.</summary>
    public IReadOnlyList<TopologySpreadConstraint> DefaultConstraints { get; init; } = SystemConstraints;

    /// <summary>True for the system's default constraints: nodes without the labels count as well.</summary>
    public bool HasSystemConstraints => ReferenceEquals(DefaultConstraints, SystemConstraints);

    /// <summary>Node affinity in addition to the pod's own.</summary>
    public NodeAffinity? AddedAffinity { get; init; }

    /// <summary>The profile of a scheduler of that minor version without a configuration.</summary>
    public static SchedulingProfile Default(int minorVersion) => minorVersion <= 22 ? Old : Current;

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

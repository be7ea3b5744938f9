using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Decisions;

/// <summary>
/// The scheduler's filters for one pod, built once for many nodes. Valid while the snapshot is unchanged; <see cref="PlacementSimulator"/>
/// keeps it valid while pods move. The pod's current node (spec.nodeName) is ignored. Source: the default plugins of kube-scheduler, in
/// their order.
/// </summary>
public sealed class PodFit
{
    /// <summary>From this minor version on a scheduler examines only the nodes that a pod names, and counts the others together.</summary>
    private const int NamesFirstFrom = 26;

    private readonly List<INodeFilter> _filters;
    private readonly string? _unknown;
    private readonly FitResult? _obstacle;
    private readonly HashSet<string>? _named;

    /// <param name="snapshot">Without the pod.</param>
    /// <param name="profile">The filters and their arguments; null: the defaults of a scheduler without a configuration.</param>
    public PodFit(Pod pod, ClusterSnapshot snapshot, SchedulingProfile? profile = null)
        : this(pod, snapshot, profile, null) { }

    /// <param name="snapshot">Without the pod.</param>
    /// <param name="counts">The counts of equal pods; null: computed now.</param>
    internal PodFit(Pod pod, ClusterSnapshot snapshot, SchedulingProfile? profile, PodCounts? counts)
    {
        profile ??= SchedulingProfile.Default(snapshot.MinorVersion);
        _unknown = Unjudged(pod, profile.Name);
        (string Name, Func<INodeFilter> Make)[] all =
        [
            ("NodeUnschedulable", () => new NodeUnschedulable(pod)),
            ("TaintToleration", () => new TaintToleration(pod, snapshot.MinorVersion)),
            ("NodeAffinity", () => new NodeAffinityFilter(pod, snapshot.MinorVersion, profile.AddedAffinity)),
            ("NodePorts", () => new NodePorts(pod)),
            ("NodeResourcesFit", () => new NodeResourcesFit(pod, profile.IgnoredResources)),
            ("VolumeRestrictions", () => new VolumeRestrictions(pod, snapshot)),
            ("VolumeBinding", () => new VolumeNodeAffinityFilter(pod, snapshot)),
            ("PodTopologySpread", () => counts?.Spread ?? new PodTopologySpread(pod, snapshot, profile)),
            ("InterPodAffinity", () => counts?.Affinity ?? new InterPodAffinity(pod, snapshot)),
        ];
        _filters = [.. all.Where(filter => profile.Runs(filter.Name)).Select(filter => filter.Make())];
        if (snapshot.MinorVersion >= NamesFirstFrom && profile.Runs("NodeAffinity"))
            _named = pod.NamedNodes();
        if (_filters.OfType<VolumeNodeAffinityFilter>().FirstOrDefault()?.Obstacle is { } reason)
            _obstacle = FitResult.Never(reason) with { IsForAllNodes = true };
    }

    /// <summary>Whether the pod fits on the node in the snapshot, which must not contain the pod.</summary>
    public static FitResult Evaluate(Pod pod, NodeState node, ClusterSnapshot snapshot) => new PodFit(pod, snapshot).Evaluate(node);

    public FitResult Evaluate(NodeState node)
    {
        if (_obstacle is not null)
            return _obstacle;
        if (_named?.Contains(node.Name) == false)
            return FitResult.Never("node(s) didn't satisfy plugin(s) [NodeAffinity]");
        List<string>? unjudged = _unknown is null ? null : [_unknown];
        foreach (INodeFilter filter in _filters)
        {
            FitResult result = filter.Evaluate(node);
            if (result.Verdict == FitVerdict.DoesNotFit)
                return result;
            if (result.Verdict == FitVerdict.Unknown)
                (unjudged ??= []).AddRange(result.Reasons);
        }
        return unjudged is null ? FitResult.Fits : new(FitVerdict.Unknown, unjudged);
    }

    private static string? Unjudged(Pod pod, string scheduler)
    {
        if (pod.Spec.SchedulerName is { Length: > 0 } name && name != scheduler)
            return $"the scheduler '{name}' has rules of its own";
        if (pod.Spec.SchedulingGates is { Count: > 0 } gates)
            return $"the scheduling gate '{gates[0].Name}' blocks the pod";
        if (pod.Spec.ResourceClaims is { Count: > 0 } claims)
            return $"the devices of ResourceClaim '{claims[0].Name}' are unknown";
        return null;
    }
}

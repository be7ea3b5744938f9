using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Scheduling;

/// <summary>
/// A topology spread constraint for one pod: its own, or one of the profile's defaults, which spread the pods of the same services and
/// owner. Source: "Pod Topology Spread Constraints" of the Kubernetes documentation.
/// </summary>
internal sealed class SpreadConstraint
{
    private readonly Pod _pod;
    private readonly TopologySpreadConstraint _constraint;
    private readonly Predicate<Pod> _matches;
    private readonly bool _countsNone;
    private readonly string? _owner;

    private SpreadConstraint(Pod pod, TopologySpreadConstraint constraint, Predicate<Pod> matches, bool countsNone, string? owner = null)
    {
        _owner = owner;
        _pod = pod;
        _constraint = constraint;
        _matches = matches;
        _countsNone = countsNone;
    }

    public string TopologyKey => _constraint.TopologyKey;

    public int MaxSkew => _constraint.MaxSkew;

    public int MinDomains => _constraint.MinDomains ?? 1;

    /// <summary>True if the selector matches the pod itself.</summary>
    public bool MatchesItself => _matches(_pod);

    /// <summary>The constraints with the action <c>DoNotSchedule</c> or <c>ScheduleAnyway</c>.</summary>
    public static List<SpreadConstraint> Of(Pod pod, ClusterSnapshot snapshot, SchedulingProfile profile, string action)
    {
        if (pod.Spec.TopologySpreadConstraints is { Count: > 0 } own)
            return [.. own.Where(one => one.WhenUnsatisfiable == action).Select(one => OfPod(pod, one, snapshot.MinorVersion))];
        List<TopologySpreadConstraint> defaults = [.. profile.DefaultConstraints.Where(one => one.WhenUnsatisfiable == action)];
        if (defaults.Count == 0)
            return [];
        string? owner = pod.Controller() is { Kind: "ReplicaSet" or "StatefulSet" or "ReplicationController" } controller
            ? controller.Uid
            : null;
        if (Kin(pod, snapshot, owner) is not { } kin)
            return [];
        return [.. defaults.Select(one => new SpreadConstraint(pod, one, kin, countsNone: false, owner))];
    }

    /// <summary>True if the node's pods count.</summary>
    public bool Includes(Node node) =>
        (_constraint.NodeAffinityPolicy == "Ignore" || _pod.Selects(node))
        && (_constraint.NodeTaintsPolicy != "Honor" || _pod.FirstUntolerated(node) is null);

    /// <summary>The number of matching pods on the node, without terminating ones.</summary>
    public int Count(NodeState node)
    {
        if (_countsNone)
            return 0;
        int count = 0;
        foreach (PodState other in node.PodStates)
            if (Counts(other))
                count++;
        return count;
    }

    /// <summary>True if the pod matches.</summary>
    public bool Counts(PodState other) => (_owner is null || other.OwnerUid == _owner) && Counts(other.Pod);

    /// <inheritdoc cref="Counts(PodState)"/>
    public bool Counts(Pod other) =>
        !_countsNone && other.Metadata.DeletionTimestamp is null && other.Metadata.Namespace == _pod.Metadata.Namespace && _matches(other);

    private static SpreadConstraint OfPod(Pod pod, TopologySpreadConstraint constraint, int minorVersion)
    {
        LabelSelector? selector = WithMatchLabelKeys(pod, constraint);
        // An empty selector counts nothing, since 1.25.
        bool isEmpty = selector is { MatchLabels: null or { Count: 0 }, MatchExpressions: null or [] };
        return new(pod, constraint, other => selector.Matches(other.Metadata.Labels), isEmpty && minorVersion >= 25);
    }

    private static LabelSelector? WithMatchLabelKeys(Pod pod, TopologySpreadConstraint constraint)
    {
        if (constraint.MatchLabelKeys is not { Count: > 0 } keys || constraint.LabelSelector is not { } selector)
            return constraint.LabelSelector;
        List<SelectorRequirement> expressions = [.. selector.MatchExpressions ?? []];
        foreach (string key in keys)
            if (pod.Metadata.Labels?.GetValueOrDefault(key) is { } value)
                expressions.Add(
                    new()
                    {
                        Key = key,
                        Operator = "In",
                        Values = [value],
                    }
                );
        return new() { MatchLabels = selector.MatchLabels, MatchExpressions = expressions };
    }

    /// <summary>Matches pods of the same services and owner; null without either. An owner selects the pods that it owns.</summary>
    private static Predicate<Pod>? Kin(Pod pod, ClusterSnapshot snapshot, string? owner)
    {
        Dictionary<string, string> labels = snapshot.ServiceLabels(pod);
        if (labels.Count == 0 && owner is null)
            return null;
        return other =>
            (owner is null || other.Controller()?.Uid == owner)
            && labels.All(pair => other.Metadata.Labels?.GetValueOrDefault(pair.Key) == pair.Value);
    }
}

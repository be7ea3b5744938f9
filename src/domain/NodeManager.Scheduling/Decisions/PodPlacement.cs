using NodeManager.Scheduling.Scoring;

namespace NodeManager.Scheduling.Decisions;

/// <summary>Finds the best node of a snapshot for a pod.</summary>
public static class PodPlacement
{
    private const int DevicesFrom = 34;

    /// <summary>The best of the nodes that fit; the name breaks ties, so that the result is deterministic.</summary>
    /// <param name="pod">Is not added to the snapshot; <see cref="ClusterSnapshot.Assume"/> does that.</param>
    /// <param name="isAllowed">Restricts the nodes; all by default.</param>
    public static Placement Find(Pod pod, ClusterSnapshot snapshot, Func<NodeState, bool>? isAllowed = null)
    {
        IEnumerable<NodeState> nodes = isAllowed is null ? snapshot.Nodes : snapshot.Nodes.Where(isAllowed);
        return Find(pod, snapshot, new(pod, snapshot), nodes);
    }

    /// <summary>As a running scheduler does it: in a large cluster the best of some feasible nodes.</summary>
    /// <param name="pod">Is not added to the snapshot.</param>
    public static Placement Find(Pod pod, ClusterSnapshot snapshot, NodeRotation rotation) =>
        Find(pod, snapshot, new(pod, snapshot), rotation.Turn(snapshot), NodeRotation.Enough(snapshot.Nodes.Count));

    /// <inheritdoc cref="Find(Pod, ClusterSnapshot, Func{NodeState, bool})"/>
    internal static Placement Find(Pod pod, ClusterSnapshot snapshot, PodFit fit, IEnumerable<NodeState> nodes, int enough = int.MaxValue)
    {
        List<NodeState> fitting = [];
        List<(NodeState Node, FitResult Answer)> refusals = [];
        FitResult? unknown = null;
        foreach (NodeState node in nodes)
        {
            FitResult result = fit.Evaluate(node);
            if (result.Verdict == FitVerdict.Unknown)
                unknown ??= result;
            else if (result.Verdict == FitVerdict.DoesNotFit)
                refusals.Add((node, result));
            else
                fitting.Add(node);
            if (fitting.Count == enough)
                break;
        }
        if (fitting.Count > 0)
            return new(FitVerdict.Fits, Best(pod, snapshot, fitting).Name, "");
        return unknown is not null
            ? new(FitVerdict.Unknown, null, string.Join(", ", unknown.Reasons))
            : new(FitVerdict.DoesNotFit, null, Summary([.. refusals.Select(refusal => refusal.Answer)], snapshot.MinorVersion))
            {
                Refusals = refusals,
            };
    }

    private static NodeState Best(Pod pod, ClusterSnapshot snapshot, List<NodeState> fitting)
    {
        if (fitting.Count == 1)
            return fitting[0];
        long[] totals = new PodScore(pod, snapshot).TotalsOf(fitting);
        int best = 0;
        for (int index = 1; index < totals.Length; index++)
            if (
                totals[index] > totals[best]
                || (totals[index] == totals[best] && string.CompareOrdinal(fitting[index].Name, fitting[best].Name) < 0)
            )
                best = index;
        return fitting[best];
    }

    /// <summary>The scheduler's message about the results of all nodes, with the known outlook of a preemption.</summary>
    public static string Summary(IReadOnlyCollection<FitResult> refusals, int minorVersion) =>
        Summary(refusals, minorVersion, Preemption.Outlook(refusals));

    /// <summary>As above, with the result of a preemption.</summary>
    /// <param name="refusals">The refusals of all nodes.</param>
    /// <param name="minorVersion">The Kubernetes minor version.</param>
    /// <param name="preemption">Empty if pods will be preempted.</param>
    public static string Summary(IReadOnlyCollection<FitResult> refusals, int minorVersion, string preemption)
    {
        if (refusals.Count == 0)
            return "no nodes available to schedule pods";
        FitResult first = refusals.First();
        string reasons =
            first.IsForAllNodes && minorVersion > 23 ? first.Reasons[0] + "." : Count(refusals.SelectMany(refusal => refusal.Reasons));
        string message = $"0/{refusals.Count} nodes are available: {reasons}";
        // From 1.24 on the message includes the result of preemption; from 1.34 on the plugin for devices comes first, and its message is
        // the only one about a pod for which no node was examined.
        if (minorVersion < 24 || preemption.Length == 0)
            return message;
        if (minorVersion < DevicesFrom)
            return $"{message} preemption: {preemption}";
        return first.IsForAllNodes ? message + " not found" : $"{message} no new claims to deallocate, preemption: {preemption}";
    }

    internal static string Count(IEnumerable<string> reasons) =>
        string.Join(", ", reasons.GroupBy(reason => reason).Select(group => $"{group.Count()} {group.Key}").Order(StringComparer.Ordinal))
        + ".";
}

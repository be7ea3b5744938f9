using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Scoring;

namespace NodeManager.Scheduling.Decisions;

/// <summary>Finds the best node for a pod among all of a snapshot.</summary>
public static class PodPlacement
{
    private const int DevicesFrom = 34;

    /// <summary>The best of the nodes that fit; equal ones go by name, so that the same snapshot gives the same answer.</summary>
    /// <param name="pod">Is not taken into the snapshot; <see cref="ClusterSnapshot.Assume"/> does that.</param>
    /// <param name="snapshot">As things are.</param>
    /// <param name="isAllowed">Which nodes come into question; all by default.</param>
    public static Placement Find(Pod pod, ClusterSnapshot snapshot, Func<NodeState, bool>? isAllowed = null)
    {
        IEnumerable<NodeState> nodes = isAllowed is null ? snapshot.Nodes : snapshot.Nodes.Where(isAllowed);
        return Find(pod, snapshot, new(pod, snapshot), nodes);
    }

    /// <summary>The same as a running scheduler does it: in a large cluster it is content with the best of some that fit.</summary>
    /// <param name="pod">Is not taken into the snapshot.</param>
    /// <param name="snapshot">As things are.</param>
    /// <param name="rotation">The scheduler's.</param>
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

    /// <summary>The scheduler's sentence over the answers of all nodes, and what it can say of preemption before it has tried.</summary>
    public static string Summary(IReadOnlyCollection<FitResult> refusals, int minorVersion) =>
        Summary(refusals, minorVersion, Preemption.Outlook(refusals));

    /// <summary>The same with what preemption came to.</summary>
    /// <param name="refusals">Of all nodes.</param>
    /// <param name="minorVersion">Of Kubernetes 1.x.</param>
    /// <param name="preemption">Empty where pods will go for it.</param>
    public static string Summary(IReadOnlyCollection<FitResult> refusals, int minorVersion, string preemption)
    {
        if (refusals.Count == 0)
            return "no nodes available to schedule pods";
        FitResult first = refusals.First();
        string reasons =
            first.IsForAllNodes && minorVersion > 23 ? first.Reasons[0] + "." : Count(refusals.SelectMany(refusal => refusal.Reasons));
        string message = $"0/{refusals.Count} nodes are available: {reasons}";
        // From 1.24 on the sentence says what preemption could do; from 1.34 on the plugin for devices speaks first, and about a pod that no
        // node was looked at for it has nothing but this.
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

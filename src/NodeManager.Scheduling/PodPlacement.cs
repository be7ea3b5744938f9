using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Scoring;

namespace NodeManager.Scheduling;

/// <summary>Finds the best node for a pod among all of a snapshot.</summary>
public static class PodPlacement
{
    /// <summary>The best of the nodes that fit; equal ones go by name, so that the same snapshot gives the same answer.</summary>
    /// <param name="pod">Is not taken into the snapshot; <see cref="ClusterSnapshot.Assume"/> does that.</param>
    /// <param name="snapshot">As things are.</param>
    /// <param name="isAllowed">Which nodes come into question; all by default.</param>
    public static Placement Find(Pod pod, ClusterSnapshot snapshot, Func<NodeState, bool>? isAllowed = null)
    {
        PodFit fit = new(pod, snapshot);
        List<NodeState> fitting = [];
        List<FitResult> refusals = [];
        FitResult? unknown = null;
        foreach (NodeState node in snapshot.Nodes)
        {
            if (isAllowed?.Invoke(node) == false) continue;
            FitResult result = fit.Evaluate(node);
            if (result.Verdict == FitVerdict.Unknown) unknown ??= result;
            else if (result.Verdict == FitVerdict.DoesNotFit) refusals.Add(result);
            else fitting.Add(node);
        }
        if (fitting.Count > 0) return new(FitVerdict.Fits, Best(pod, snapshot, fitting).Name, "");
        return unknown is not null
            ? new(FitVerdict.Unknown, null, string.Join(", ", unknown.Reasons))
            : new(FitVerdict.DoesNotFit, null, Summary(refusals, snapshot.MinorVersion));
    }

    private static NodeState Best(Pod pod, ClusterSnapshot snapshot, List<NodeState> fitting) =>
        fitting.Count == 1
            ? fitting[0]
            : new PodScore(pod, snapshot).Of(fitting).OrderByDescending(score => score.Total).ThenBy(score => score.Node.Name, StringComparer.Ordinal).First().Node;

    /// <summary>The scheduler's sentence over the answers of all nodes.</summary>
    public static string Summary(IReadOnlyCollection<FitResult> refusals, int minorVersion)
    {
        if (refusals.Count == 0) return "no nodes available to schedule pods";
        string available = $"0/{refusals.Count} nodes are available: ";
        string message = available + Count(refusals.SelectMany(refusal => refusal.Reasons));
        // From 1.24 on the sentence says what preemption could do.
        if (minorVersion < 24) return message;
        return $"{message} preemption: {available}" + Count(refusals.Select(refusal =>
            refusal.IsResolvable ? "No preemption victims found for incoming pod" : "Preemption is not helpful for scheduling"));
    }

    private static string Count(IEnumerable<string> reasons) =>
        string.Join(", ", reasons.GroupBy(reason => reason).Select(group => $"{group.Count()} {group.Key}").Order(StringComparer.Ordinal)) + ".";
}

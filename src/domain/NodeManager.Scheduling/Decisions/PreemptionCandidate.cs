using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Decisions;

/// <summary>A node, and who would have to leave it.</summary>
/// <param name="Node">The node.</param>
/// <param name="Victims">The most important first.</param>
/// <param name="Violations">How many of them a budget would keep.</param>
internal sealed record PreemptionCandidate(NodeState Node, IReadOnlyList<Pod> Victims, int Violations)
{
    public int HighestPriority => Victims[0].Spec.Priority ?? 0;

    // So that two small numbers never weigh less than one.
    public long SumOfPriorities => Victims.Sum(static pod => (long)(pod.Spec.Priority ?? 0) + int.MaxValue + 1);

    /// <summary>When the first of its most important victims started.</summary>
    public DateTimeOffset EarliestStart =>
        Victims
            .Where(pod => (pod.Spec.Priority ?? 0) == HighestPriority)
            .Min(static pod => pod.Status.StartTime ?? DateTimeOffset.MaxValue);
}

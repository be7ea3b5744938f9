namespace NodeManager.Scheduling.Decisions;

/// <summary>A node with its potential victims.</summary>
/// <param name="Victims">The most important first.</param>
/// <param name="Violations">How many of them a budget protects.</param>
internal sealed record PreemptionCandidate(NodeState Node, IReadOnlyList<Pod> Victims, int Violations)
{
    public int HighestPriority => Victims[0].Spec.Priority ?? 0;

    // Offset, so that two small numbers never weigh less than one.
    public long SumOfPriorities => Victims.Sum(static pod => (long)(pod.Spec.Priority ?? 0) + int.MaxValue + 1);

    /// <summary>When the first of its most important victims started.</summary>
    public DateTimeOffset EarliestStart =>
        Victims
            .Where(pod => (pod.Spec.Priority ?? 0) == HighestPriority)
            .Min(static pod => pod.Status.StartTime ?? DateTimeOffset.MaxValue);
}

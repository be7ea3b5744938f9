namespace NodeManager.Scheduling.Decisions;

/// <summary>The result of preemption for a pod that fits nowhere.</summary>
/// <param name="Node">The node that fits after the victims are deleted; null if preemption does not help.</param>
/// <param name="Victims">The most important first.</param>
/// <param name="Message">The reason against a preemption, as in the scheduler's event after <c>preemption: </c>; else empty.</param>
public sealed record PreemptionResult(string? Node, IReadOnlyList<Pod> Victims, string Message);

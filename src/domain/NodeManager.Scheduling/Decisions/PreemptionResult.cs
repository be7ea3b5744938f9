using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Decisions;

/// <summary>What preemption comes to for a pod that fits nowhere.</summary>
/// <param name="Node">The node that fits after the victims are deleted; null if no preemption helps.</param>
/// <param name="Victims">Who has to go, the most important first.</param>
/// <param name="Message">The reason against a preemption, as in the event of the scheduler after <c>preemption: </c>; else empty.</param>
public sealed record PreemptionResult(string? Node, IReadOnlyList<Pod> Victims, string Message);

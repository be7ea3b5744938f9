using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Decisions;

/// <summary>What preemption comes to for a pod that fits nowhere.</summary>
/// <param name="Node">Where it will fit once the victims are gone; null where nobody has to go.</param>
/// <param name="Victims">Who has to go, the most important first.</param>
/// <param name="Message">Why nobody has to, as the scheduler's event puts it after <c>preemption: </c>; else empty.</param>
public sealed record PreemptionResult(string? Node, IReadOnlyList<Pod> Victims, string Message);

using NodeManager.Kubernetes.Models;

namespace NodeManager.Autoscaling.Planning.Demand;

/// <summary>A pod without a node.</summary>
/// <param name="Pod">As it was read.</param>
/// <param name="Decision">Null: a place is looked for; else what is decided without looking.</param>
/// <param name="Reason">See <see cref="ScaleReason"/>.</param>
/// <param name="Message">In words.</param>
/// <param name="UnschedulableSince">Since when the scheduler has found no node for it.</param>
internal sealed record PendingPod(Pod Pod, string? Decision, string Reason, string Message, DateTimeOffset? UnschedulableSince)
{
    public string Target { get; init; } = "";
}

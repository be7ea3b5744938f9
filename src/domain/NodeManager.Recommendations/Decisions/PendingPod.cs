namespace NodeManager.Recommendations.Decisions;

/// <summary>A pod without a node.</summary>
/// <param name="Decision">Null: it has to be placed; else a decision without a placement.</param>
/// <param name="Reason">See <see cref="AutoscalerReason"/>.</param>
/// <param name="UnschedulableSince">Since when the scheduler has found no node for it.</param>
public sealed record PendingPod(Pod Pod, string? Decision, string Reason, string Message, DateTimeOffset? UnschedulableSince)
{
    public string Target { get; init; } = "";
}

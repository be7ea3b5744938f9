using NodeManager.Kubernetes.Models;

namespace NodeManager.SchedulerControl.Restarts;

/// <summary>How far a rollout is.</summary>
/// <param name="Outcome">Null: not over.</param>
/// <param name="Text">What it waits for, or why it failed.</param>
/// <param name="Ready">New pods that are ready.</param>
/// <param name="Wanted">The desired number of new pods.</param>
/// <param name="FailedPod">The pod that shows why it failed.</param>
/// <param name="Leader">Who leads.</param>
internal sealed record RolloutVerdict(bool? Outcome, string Text, int Ready, int Wanted, Pod? FailedPod = null, string Leader = "")
{
    /// <summary>Another client changed or restarted the Deployment after this restart; the verdict is of that rollout.</summary>
    public bool IsTakenOver { get; init; }

    /// <summary>The revision that the pods of the rollout were started with.</summary>
    public long? Revision { get; init; }
}

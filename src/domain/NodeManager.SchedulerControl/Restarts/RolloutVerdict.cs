namespace NodeManager.SchedulerControl.Restarts;

/// <summary>Whether a restart of the scheduler succeeded.</summary>
/// <param name="Outcome">False: it failed; null: in progress.</param>
/// <param name="Text">The current wait, or the failure.</param>
/// <param name="FailedPod">The pod that shows the failure.</param>
internal sealed record RolloutVerdict(bool? Outcome, string Text, int Ready, int Desired, Pod? FailedPod = null, string Leader = "")
{
    /// <summary>Another client changed or restarted the Deployment after this restart; the verdict is about that rollout.</summary>
    public bool IsTakenOver { get; init; }

    /// <summary>The revision that the rollout's pods were started with.</summary>
    public long? Revision { get; init; }
}

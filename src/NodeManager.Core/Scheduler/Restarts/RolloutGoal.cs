namespace NodeManager.Core.Scheduler.Restarts;

/// <summary>What a restart waits for.</summary>
/// <param name="RestartedAt">The annotation that marks the new pods.</param>
/// <param name="Generation">Of the Deployment, once it was patched.</param>
/// <param name="MustLead">One of the new pods has to hold the Lease.</param>
/// <param name="FormerHolder">Who held it before.</param>
internal sealed record RolloutGoal(string RestartedAt, long Generation, bool MustLead, string FormerHolder)
{
    /// <summary>As kubectl writes it.</summary>
    public const string Annotation = "kubectl.kubernetes.io/restartedAt";
}

namespace NodeManager.Drains.Decisions;

/// <param name="Decision">See <see cref="DrainDecision"/>.</param>
/// <param name="Warning">A warning that is kept even if another rule decides; null without.</param>
/// <param name="PermittedBy">For a refusal: the option that permits the eviction, see <see cref="NodeDrainPlanOptions"/>.</param>
public sealed record RuleVerdict(string Rule, string Decision, string Reason, string? Warning = null, string? PermittedBy = null)
{
    /// <summary>
    /// The larger one decides. Skipping a pod needs no permission, and waiting for a terminating pod loses no further data: both are
    /// stronger than a refusal.
    /// </summary>
    public int Strength =>
        Decision switch
        {
            DrainDecision.Skip => 3,
            DrainDecision.Wait => 2,
            DrainDecision.Refuse => 1,
            _ => 0,
        };
}

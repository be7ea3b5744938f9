namespace NodeManager.Drains.Decisions;

/// <summary>What one rule says about a pod.</summary>
/// <param name="Rule">The rule's name, as <see cref="NodeDrainPlanPod.Rule"/> shows it.</param>
/// <param name="Decision">See <see cref="DrainDecision"/>.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Warning">What the user should know even if another rule decides; null without.</param>
/// <param name="PermittedBy">Of a refusal: the option of a drain that permits the eviction, see <see cref="NodeDrainPlanOptions"/>.</param>
public sealed record RuleVerdict(string Rule, string Decision, string Reason, string? Warning = null, string? PermittedBy = null)
{
    /// <summary>
    /// The larger one wins. Leaving a pod alone needs no permission, and waiting for a terminating pod loses nothing more: both are
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

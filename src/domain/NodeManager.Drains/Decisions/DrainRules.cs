using NodeManager.Drains.Options;

namespace NodeManager.Drains.Decisions;

/// <summary>
/// The ordered rules. All rules run and all warnings are kept; the strongest verdict decides, the earlier among equals. Pods that <see
/// cref="DrainOptions.PodSelector"/> excludes are not listed, so they do not get here.
/// </summary>
internal static class DrainRules
{
    public static IReadOnlyList<DrainRule> All { get; } =
    [
        MirrorRule.Judge,
        NodeCommandRule.Judge,
        FinishedRule.Judge,
        TerminatingRule.Judge,
        DaemonSetRule.Judge,
        LocalDataRule.Judge,
        UnmanagedRule.Judge,
        ManagedRule.Judge,
        DisruptionOptOutRule.Judge,
    ];

    public static PodDecision Judge(Pod pod, RuleContext context)
    {
        List<RuleVerdict> verdicts = [.. All.Select(rule => rule(pod, context)).OfType<RuleVerdict>()];
        // All refusals are reported, so that a second attempt does not meet another one.
        RuleVerdict strongest = verdicts.Aggregate((best, next) => next.Strength > best.Strength ? next : best);
        RuleVerdict[] deciding =
            strongest.Decision == DrainDecision.Refuse ? [.. verdicts.Where(v => v.Decision == DrainDecision.Refuse)] : [strongest];
        // The cost of an eviction does not concern a skipped pod.
        IEnumerable<RuleVerdict> heard =
            strongest.Decision == DrainDecision.Skip ? verdicts.Where(v => v.Decision == DrainDecision.Skip) : verdicts;
        return new(
            strongest.Decision,
            strongest.Rule,
            string.Join(" ", deciding.Select(v => v.Reason)),
            [.. heard.Select(v => v.Warning).OfType<string>()],
            [.. deciding.Select(v => v.PermittedBy).OfType<string>()]
        );
    }
}

using NodeManager.Core.Drain.Options;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Rules;

/// <summary>
/// The rules in their order. Every rule is asked and every warning kept; the strongest verdict decides, the earlier one among equals.
/// Pods that <see cref="DrainOptions.PodSelector"/> leaves out never get here: the server does not list them.
/// </summary>
internal static class DrainRules
{
    public static IReadOnlyList<DrainRule> All { get; } =
    [
        MirrorRule.Judge,
        FinishedRule.Judge,
        TerminatingRule.Judge,
        DaemonSetRule.Judge,
        LocalDataRule.Judge,
        UnmanagedRule.Judge,
        ManagedRule.Judge,
        UndisturbedRule.Judge,
    ];

    public static PodDecision Judge(Pod pod, RuleContext context)
    {
        List<RuleVerdict> verdicts = [.. All.Select(rule => rule(pod, context)).OfType<RuleVerdict>()];
        // Refusals are all told, so that the user lifts them in one go.
        RuleVerdict strongest = verdicts.Aggregate((best, next) => next.Strength > best.Strength ? next : best);
        string reason = strongest.Decision == DrainDecision.Refuse
            ? string.Join(" ", verdicts.Where(v => v.Decision == DrainDecision.Refuse).Select(v => v.Reason))
            : strongest.Reason;
        // What an eviction would cost does not concern a pod that is left alone.
        IEnumerable<RuleVerdict> heard = strongest.Decision == DrainDecision.Skip ? verdicts.Where(v => v.Decision == DrainDecision.Skip) : verdicts;
        return new(strongest.Decision, strongest.Rule, reason, [.. heard.Select(v => v.Warning).OfType<string>()]);
    }
}

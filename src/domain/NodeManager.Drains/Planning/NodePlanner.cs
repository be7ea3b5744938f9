using NodeManager.Drains.Decisions;
using NodeManager.Drains.Options;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

internal static class NodePlanner
{
    /// <summary>Plans of all surveyed nodes, in their order. Whether pods fit elsewhere stays Unknown.</summary>
    public static async Task<IReadOnlyList<PlannedNode>> PlanAsync(
        DrainSurveyor surveyor,
        DrainSurvey survey,
        DrainOptions options,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        RuleContext context = new(options, survey.DaemonSets, now);
        List<(string Name, Node? Node, List<PlannedPod> Pods)> judged =
        [
            .. survey.Nodes.Select(n => (n.Name, n.Node, Judge(survey.Pods[n.Name], n.Name, survey, context))),
        ];

        IReadOnlyDictionary<string, NodeDrainBlocker> closed = new Dictionary<string, NodeDrainBlocker>();
        if (survey.RemovalByNamespace)
        {
            HashSet<string> namespaces =
            [
                .. judged.SelectMany(j => j.Pods).Where(p => p.Plan.Decision == DrainDecision.Evict).Select(p => p.Plan.Namespace),
            ];
            closed = await surveyor.MissingRemovalsAsync(namespaces, cancellationToken);
        }

        return
        [
            .. judged.Select(j =>
                Assemble(j.Name, j.Node, j.Pods, survey, options, closed) with
                {
                    Unselected = survey.UnselectedPods[j.Name].Count(p => DrainRules.Judge(p, context).Decision != DrainDecision.Skip),
                }
            ),
        ];
    }

    public static List<PlannedPod> Judge(IEnumerable<Pod> pods, string node, DrainSurvey survey, RuleContext context) =>
        [
            .. pods.OrderBy(p => p.Metadata.Namespace, StringComparer.Ordinal)
                .ThenBy(p => p.Metadata.Name, StringComparer.Ordinal)
                .Select(p => Judge(p, node, survey, context)),
        ];

    private static PlannedPod Judge(Pod pod, string node, DrainSurvey survey, RuleContext context)
    {
        PodDecision decision = DrainRules.Judge(pod, context);
        List<PodDisruptionBudget> budgets = [.. survey.BudgetsOf(pod)];
        bool asksBudgets = decision.Decision == DrainDecision.Evict && !context.Options.DisableEviction;
        BudgetRefusal? refusal = asksBudgets ? BudgetRules.Refusal(pod, budgets, survey.Server.Minor) : null;
        List<string> warnings = [.. decision.Warnings];
        if (context.Options.DisableEviction && decision.Decision == DrainDecision.Evict && budgets.Count > 0 && !BudgetRules.Bypasses(pod))
            warnings.Add(
                $"It will be deleted without respecting PDB {string.Join(" and ", budgets.Select(b => BudgetRules.Describe(b)))}."
            );
        NodeDrainPlanPod plan = new()
        {
            Node = node,
            Namespace = pod.Metadata.Namespace ?? "",
            Name = pod.Metadata.Name,
            Uid = pod.Uid(),
            Decision = decision.Decision,
            Reason = decision.Reason,
            PermittedBy = new([.. decision.PermittedBy]),
            Rule = decision.Rule,
            Warnings = new([.. warnings]),
            Owner = pod.Controller() is { } owner ? $"{owner.Kind}/{owner.Name}" : "",
            GracePeriodSeconds = context.Options.GracePeriod is { } asked
                ? (long)asked.TotalSeconds
                : pod.Spec.TerminationGracePeriodSeconds,
            Budgets = new([.. budgets.Select(b => BudgetRules.Describe(b))]),
            BlockedByBudget = refusal is not null,
        };
        return new(pod, plan, refusal);
    }

    private static PlannedNode Assemble(
        string name,
        Node? node,
        List<PlannedPod> pods,
        DrainSurvey survey,
        DrainOptions options,
        IReadOnlyDictionary<string, NodeDrainBlocker> closed
    )
    {
        List<NodeDrainBlocker> blockers = [.. survey.MissingPermissions];
        blockers.AddRange(
            pods.Where(p => p.Plan.Decision == DrainDecision.Evict)
                .Select(p => p.Plan.Namespace)
                .Distinct()
                .Where(closed.ContainsKey)
                .Select(ns => closed[ns])
        );
        blockers.AddRange(pods.Where(p => p.Plan.Decision == DrainDecision.Refuse).Select(p => Refusal(p.Plan)));

        PlannedNode plan = new(name, node, pods, blockers, []);
        List<string> warnings = [];
        if (plan.IsControlPlane)
            warnings.Add(ConsequenceRules.ControlPlane("The node"));
        if (KubeletRules.Trouble(node) is { } trouble && plan.NeedsKubelet)
            warnings.Add($"{trouble} Evicted pods stay terminating until it does. {KubeletRules.Remedy}");
        warnings.AddRange(pods.SelectMany(p => p.Plan.Warnings.Select(w => $"Pod {p.Pod.Key()}: {w}")));
        if (survey.Budgets is null && !options.DisableEviction)
            warnings.Add(
                "Permission denied: cannot list PodDisruptionBudgets. Their allowed disruptions are unknown; refused evictions are retried about every 10 seconds."
            );
        return plan with { Warnings = warnings };
    }

    public static NodeDrainBlocker Refusal(NodeDrainPlanPod pod) =>
        new()
        {
            Kind = "Pod",
            Name = $"{pod.Namespace}/{pod.Name}",
            Message = pod.Reason,
            PermittedBy = pod.PermittedBy,
            Pods = new([$"{pod.Namespace}/{pod.Name}"]),
        };
}

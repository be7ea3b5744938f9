using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Models;
using Sample = NodeManager.Core.Tests.Drain.Support.Sample;

namespace NodeManager.Core.Tests.Drain.Planning;

public sealed class DisruptionControllerRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    // stale: seconds for which the status has lagged; counted: seconds for which it has counted the eviction of a pod that is there, or gone.
    [Theory]
    [InlineData(null, null, true, false)]
    [InlineData(5, null, true, false)]
    [InlineData(31, null, true, true)]
    [InlineData(null, 10, true, false)]
    [InlineData(null, 31, true, true)]
    [InlineData(null, 100, false, false)] // it terminates
    [InlineData(null, 151, false, true)] // the controller forgets it after two minutes
    public void The_wait_for_the_disruption_controller_is_limited(int? stale, int? counted, bool isGone, bool isFault)
    {
        PodDisruptionBudget budget = Sample.Budget("web", "web", 0).ReadBudget();
        if (counted is not null)
            budget.Status.DisruptedPods = new() { ["p1"] = Now };
        IReadOnlyList<Pod> covered = isGone ? [Sample.Pod("p2").ReadPod()] : [Sample.Pod("p1").ReadPod()];

        string? fault = DisruptionControllerRules.Fault(
            budget,
            covered,
            stale is { } s ? TimeSpan.FromSeconds(s) : null,
            _ => TimeSpan.FromSeconds(counted ?? 0)
        );

        Assert.Equal(isFault, fault is not null);
    }

    // Of a plan, by the server's times; allowed: what the status still allows, of two pods that leave.
    [Theory]
    [InlineData(60, 0, BudgetOutlook.Slow, false)]
    [InlineData(200, 0, BudgetOutlook.Never, true)]
    [InlineData(200, 1, BudgetOutlook.Never, true)]
    [InlineData(200, 2, BudgetOutlook.Now, true)]
    public void A_PDB_that_the_controller_ignores_allows_only_what_its_status_states(int seconds, int allowed, string outlook, bool isFault)
    {
        PodDisruptionBudget budget = Sample.Budget("web", "web", allowed).ReadBudget();
        budget.Status.CurrentHealthy = 2 + allowed;
        budget.Status.ExpectedPods = 5;
        budget.Status.DisruptedPods = new() { ["gone"] = Now - TimeSpan.FromSeconds(seconds) };
        List<Pod> covered = [.. Enumerable.Range(1, 5).Select(i => Sample.Pod($"p{i}").ReadPod())];
        BudgetVerdict verdict = BudgetOutlookRules.Judge(budget, covered, null, 34, Now, proposesSurge: true);

        PodBudget described = BudgetRules.Describe(budget, verdict);
        PodBudget shared = BudgetShare.Of(described, ["Yes", "Yes"]).Apply(described);

        Assert.Equal((outlook, isFault), (shared.Outlook, shared.ControllerFault.Length > 0));
        Assert.Equal(
            isFault && outlook == BudgetOutlook.Never,
            shared.OutlookReason.Contains("disruption controller", StringComparison.Ordinal)
        );
        Assert.Equal(
            isFault && outlook == BudgetOutlook.Never,
            shared.Remedy.Contains("kube-controller-manager", StringComparison.Ordinal)
        );
    }
}

using NodeManager.Drains.Planning;

namespace NodeManager.Core.Tests.Drain.Planning;

public sealed class BudgetShareTests
{
    // allows, healthy, desired, expected, pods on their way elsewhere; fits: one letter a pod that leaves (y, n, ?).
    [Theory]
    [InlineData(3, 3, 0, 3, 0, "yyy", "Now: 3 at once, 0 in turns, 0 never")]
    [InlineData(1, 3, 2, 3, 0, "y", "Now: 1 at once, 0 in turns, 0 never")]
    [InlineData(1, 3, 2, 3, 0, "yyy", "Slow: 1 at once, 2 in turns, 0 never")]
    [InlineData(1, 3, 2, 3, 0, "yy?", "Slow: 1 at once, 2 in turns, 0 never")]
    [InlineData(1, 3, 2, 3, 0, "nnn", "Never: 1 at once, 0 in turns, 2 never")]
    [InlineData(1, 3, 2, 3, 0, "ynn", "Never: 1 at once, 1 in turns, 1 never")]
    [InlineData(1, 3, 2, 3, 0, "yyn", "Slow: 1 at once, 2 in turns, 0 never")] // the last one may stay away: the budget allows one
    [InlineData(0, 2, 2, 3, 1, "yy", "Slow: 0 at once, 2 in turns, 0 never")]
    [InlineData(0, 2, 2, 3, 1, "nn", "Never: 0 at once, 1 in turns, 1 never")]
    [InlineData(1, 9, 8, 10, 1, "nnn", "Never: 1 at once, 1 in turns, 1 never")]
    public void Pods_of_one_PDB_share_its_allowed_disruptions(
        int allows,
        int healthy,
        int desired,
        int expected,
        int coming,
        string fits,
        string said
    )
    {
        PodBudget budget = Budget(allows, healthy, desired, expected, coming, allows > 0 ? BudgetOutlook.Now : BudgetOutlook.Slow);

        BudgetShare share = BudgetShare.Of(
            budget,
            [
                .. fits.Select(f =>
                    f switch
                    {
                        'y' => "Yes",
                        'n' => "No",
                        _ => "Unknown",
                    }
                ),
            ]
        );

        PodBudget together = share.Apply(budget);
        Assert.Equal(said, $"{together.Outlook}: {share.AtOnce} at once, {share.InTurns} in turns, {share.Stranded} never");
        Assert.Equal(fits.Length, together.Leaving);
    }

    [Fact]
    public void The_plan_reports_how_many_pods_can_be_evicted_now_and_the_outlook_of_the_others()
    {
        PodBudget budget = Budget(1, 3, 2, 3, 0, BudgetOutlook.Now);

        Assert.Equal(
            "1 of the 3 pods to evict can be evicted now; 2 wait until replacements are ready on other nodes",
            BudgetShare.Of(budget, ["Yes", "Yes", "Yes"]).Apply(budget).OutlookReason
        );
        Assert.Equal(
            "1 of the 3 pods to evict can be evicted now; 1 waits until replacements are ready on other nodes; 1 of 3 cannot be evicted: the replacements of earlier ones fit on no other node",
            BudgetShare.Of(budget, ["Yes", "No", "No"]).Apply(budget).OutlookReason
        );
    }

    [Fact]
    public void A_permanently_blocking_PDB_keeps_its_outlook()
    {
        PodBudget budget = Budget(0, 1, 1, 1, 0, BudgetOutlook.Never);

        BudgetShare share = BudgetShare.Of(budget, ["Yes"]);

        Assert.Equal((0, 1), (share.AtOnce, share.Stranded));
        Assert.Equal(("why", "what"), (share.Apply(budget).OutlookReason, share.Apply(budget).Remedy));
    }

    private static PodBudget Budget(int allows, int healthy, int desired, int expected, int coming, string outlook) =>
        new()
        {
            Namespace = "default",
            Name = "web",
            DisruptionsAllowed = allows,
            CurrentHealthy = healthy,
            DesiredHealthy = desired,
            ExpectedPods = expected,
            Outlook = outlook,
            OutlookReason = outlook == BudgetOutlook.Now ? "" : "why",
            Remedy = outlook == BudgetOutlook.Never ? "what" : "",
            UnhealthyPods = new([
                .. Enumerable
                    .Range(0, coming)
                    .Select(i => new UnhealthyPod
                    {
                        Namespace = "default",
                        Name = $"p{i}",
                        Progressing = true,
                    }),
            ]),
        };
}

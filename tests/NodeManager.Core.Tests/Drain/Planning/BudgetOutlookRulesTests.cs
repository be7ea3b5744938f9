using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Planning;

namespace NodeManager.Core.Tests.Drain.Planning;

public sealed class BudgetOutlookRulesTests
{
    // pods: what each covered pod is; needed of expected healthy.
    [Theory]
    [InlineData("minAvailable", "2", "ready ready ready", 2, 3, 3, "Now")]
    [InlineData("minAvailable", "2", "ready ready starting", 2, 3, 2, "Slow")]
    [InlineData("minAvailable", "2", "ready ready unready", 2, 3, 2, "Slow")]
    [InlineData("minAvailable", "2", "ready ready terminating unplaced", 2, 4, 2, "Slow")]
    [InlineData("minAvailable", "2", "ready ready crashing", 2, 3, 2, "Never")]
    [InlineData("minAvailable", "2", "ready ready unplaced", 2, 3, 2, "Never")]
    [InlineData("minAvailable", "2", "ready crashing starting", 2, 3, 1, "Never")] // two are missing and one is coming
    [InlineData("minAvailable", "2", "ready starting starting", 2, 3, 1, "Slow")]
    [InlineData("minAvailable", "2", "ready ready", 2, 2, 2, "Never")]
    [InlineData("minAvailable", "2", "ready ready terminating", 2, 3, 2, "Never")] // the third is on its way out
    [InlineData("minAvailable", "2", "ready ready long-unready", 2, 3, 2, "Never")]
    [InlineData("minAvailable", "2", "ready ready long-starting", 2, 3, 2, "Never")]
    [InlineData("maxUnavailable", "1", "ready ready terminating", 2, 3, 2, "Slow")] // a third is still to be made
    [InlineData("maxUnavailable", "1", "ready ready long-terminating", 2, 3, 2, "Slow")] // a ReplicaSet does not wait for it
    [InlineData("maxUnavailable", "1", "ready ready long-terminating-stateful", 2, 3, 2, "Never")] // a StatefulSet does
    [InlineData("maxUnavailable", "1", "ready ready long-terminating unplaced", 2, 3, 2, "Never")]
    [InlineData("minAvailable", "100%", "ready ready", 2, 2, 2, "Never")]
    [InlineData("maxUnavailable", "0", "ready ready", 2, 2, 2, "Never")]
    [InlineData("maxUnavailable", "1", "ready ready", 2, 3, 2, "Slow")] // a third is still to be made
    [InlineData("maxUnavailable", "1", "ready ready", 0, 0, 0, "Slow")] // not counted yet
    public void A_PDB_is_slow_during_a_recovery_and_otherwise_blocked(
        string bound,
        string value,
        string pods,
        int desired,
        int expected,
        int healthy,
        string outlook
    )
    {
        JsonObject budget = Budget(bound, value, desired, expected, healthy);

        BudgetVerdict verdict = Judge(budget, pods);

        Assert.Equal(outlook, verdict.Outlook);
        Assert.Equal(outlook == BudgetOutlook.Now, verdict.Reason.Length == 0);
        Assert.Equal(outlook == BudgetOutlook.Never, verdict.Remedy.Length > 0);
    }

    [Theory]
    [InlineData("minAvailable", "2", "3 replicas or more, or lower minAvailable to 1")]
    [InlineData("minAvailable", "90%", "10 replicas or more, or lower minAvailable to 1")]
    [InlineData("minAvailable", "100%", "lower minAvailable to 1")]
    [InlineData("maxUnavailable", "0", "Raise maxUnavailable")]
    public void The_remedy_for_a_blocking_PDB_is_reported(string bound, string value, string remedy) =>
        Assert.Contains(remedy, Judge(Budget(bound, value, 2, 2, 2), "ready ready").Remedy, StringComparison.Ordinal);

    [Theory]
    [InlineData("ReplicaSet", true, true)]
    [InlineData("ReplicaSet", false, false)]
    [InlineData("StatefulSet", true, false)]
    public void Surge_is_recommended_where_it_can_help_and_is_off(string owner, bool proposes, bool proposed)
    {
        JsonObject pod = UnhealthyPods.Make("ready");
        pod["metadata"]!["ownerReferences"] = new JsonArray(
            new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = owner,
                ["name"] = "web",
                ["uid"] = "web",
                ["controller"] = true,
            }
        );

        BudgetVerdict verdict = BudgetOutlookRules.Judge(
            Budget("minAvailable", "1", 1, 1, 1).ReadBudget(),
            [pod.ReadPod()],
            null,
            34,
            UnhealthyPods.Now,
            proposes
        );

        Assert.Equal(proposed, verdict.Remedy.Contains("with surge", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("minAvailable", "2", "lower minAvailable of the PDB")]
    [InlineData("maxUnavailable", "1", "raise maxUnavailable of the PDB")]
    public void A_remedy_names_the_bound_that_the_PDB_has(string bound, string value, string remedy) =>
        Assert.Contains(remedy, Judge(Budget(bound, value, 2, 3, 2), "ready ready crashing").Remedy, StringComparison.Ordinal);

    [Theory]
    [InlineData(34, "", true)]
    [InlineData(34, "AlwaysAllow", false)]
    [InlineData(20, "", false)]
    public void UnhealthyPodEvictionPolicy_is_recommended_where_the_server_supports_it(int minor, string policy, bool proposed)
    {
        JsonObject budget = Budget("minAvailable", "2", 2, 3, 2);
        if (policy.Length > 0)
            budget["spec"]!["unhealthyPodEvictionPolicy"] = policy;

        Assert.Equal(proposed, Judge(budget, "ready ready crashing", minor).Remedy.Contains("AlwaysAllow", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "Slow")]
    [InlineData(29, "Slow")]
    [InlineData(30, "Never")]
    public void A_PDB_status_that_stays_outdated_blocks(int seconds, string outlook)
    {
        JsonObject budget = Sample.Budget("web", "web", 3, generation: 2, observed: 1);

        Assert.Equal(
            outlook,
            BudgetOutlookRules
                .Judge(budget.ReadBudget(), [], TimeSpan.FromSeconds(seconds), 34, UnhealthyPods.Now, proposesSurge: true)
                .Outlook
        );
    }

    [Fact]
    public void A_PDB_whose_pods_cannot_be_counted_blocks_with_the_reason()
    {
        JsonObject budget = Sample.Budget("web", "web", 0);
        budget["status"]!["conditions"] = JsonNode.Parse(
            """[{"type":"DisruptionAllowed","status":"False","reason":"SyncFailed","message":"found no controllers for pod \"p\""}]"""
        );

        BudgetVerdict verdict = Judge(budget, "ready");

        Assert.Equal(BudgetOutlook.Never, verdict.Outlook);
        Assert.Contains("found no controllers for pod", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_PDB_without_readable_pods_is_slow() =>
        Assert.Equal(
            BudgetOutlook.Slow,
            BudgetOutlookRules
                .Judge(Budget("minAvailable", "2", 2, 3, 2).ReadBudget(), null, null, 34, UnhealthyPods.Now, proposesSurge: true)
                .Outlook
        );

    private static JsonObject Budget(string bound, string value, int desired, int expected, int healthy)
    {
        JsonObject budget = Sample.Budget("web", "web", Math.Max(0, healthy - desired));
        budget["spec"]!.AsObject().Remove("minAvailable");
        budget["spec"]![bound] = value;
        budget["status"]!["desiredHealthy"] = desired;
        budget["status"]!["expectedPods"] = expected;
        budget["status"]!["currentHealthy"] = healthy;
        return budget;
    }

    private static BudgetVerdict Judge(JsonObject budget, string pods, int minor = 34) =>
        BudgetOutlookRules.Judge(
            budget.ReadBudget(),
            [.. pods.Split(' ').Select((p, i) => UnhealthyPods.Make(p, i).ReadPod())],
            null,
            minor,
            UnhealthyPods.Now,
            proposesSurge: true
        );
}

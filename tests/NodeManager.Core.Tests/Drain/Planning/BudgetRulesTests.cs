using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Planning;

namespace NodeManager.Core.Tests.Drain.Planning;

public sealed class BudgetRulesTests
{
    [Theory]
    [InlineData("""{"matchLabels":{"app":"web"}}""", "v1", true)]
    [InlineData("""{"matchLabels":{"app":"web"}}""", "v1beta1", true)]
    [InlineData("""{"matchLabels":{"app":"api"}}""", "v1", false)]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"In","values":["web","api"]}]}""", "v1", true)]
    [InlineData("{}", "v1", true)]
    [InlineData("{}", "v1beta1", false)]
    [InlineData("""{"matchLabels":{},"matchExpressions":[]}""", "v1", true)]
    [InlineData("""{"matchLabels":{},"matchExpressions":[]}""", "v1beta1", false)]
    [InlineData("null", "v1", false)]
    public void The_meaning_of_an_empty_PDB_selector_depends_on_the_API_version(string selector, string version, bool covers)
    {
        JsonObject budget = Sample.Budget("web", "web", 1);
        budget["spec"]!["selector"] = JsonNode.Parse(selector);

        Assert.Equal(covers, BudgetRules.Covers(budget.ReadBudget(), Sample.Pod("p").ReadPod(), version));
    }

    [Fact]
    public void A_PDB_covers_only_pods_of_its_namespace()
    {
        JsonObject budget = Sample.Budget("web", "web", 1);
        budget["metadata"]!["namespace"] = "other";

        Assert.False(BudgetRules.Covers(budget.ReadBudget(), Sample.Pod("p").ReadPod(), "v1"));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(0, true)]
    public void The_allowed_disruptions_decide(int allows, bool refused) =>
        Assert.Equal(refused, Refusal(Sample.Pod("p"), 34, Sample.Budget("web", "web", allows)) is not null);

    [Theory]
    [InlineData("Pending")]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    public void A_pod_that_is_not_running_needs_no_allowed_disruption(string phase)
    {
        JsonObject pod = Sample.Pod("p");
        pod["status"]!["phase"] = phase;

        Assert.Null(Refusal(pod, 34, Sample.Budget("a", "web", 0), Sample.Budget("b", "web", 0)));
    }

    [Fact]
    public void A_terminating_pod_needs_no_allowed_disruption()
    {
        JsonObject pod = Sample.Pod("p");
        pod["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";

        Assert.Null(Refusal(pod, 34, Sample.Budget("a", "web", 0)));
    }

    [Fact]
    public void Two_PDBs_for_one_pod_always_block()
    {
        BudgetRefusal? refusal = Refusal(Sample.Pod("p"), 34, Sample.Budget("a", "web", 5), Sample.Budget("b", "web", 5));

        Assert.Contains("default/a, default/b", refusal!.Reason, StringComparison.Ordinal);
        Assert.True(refusal.IsLasting);
    }

    [Fact]
    public void An_outdated_PDB_status_is_not_used() =>
        Assert.Contains(
            "lags",
            Refusal(Sample.Pod("p"), 34, Sample.Budget("web", "web", 3, generation: 2, observed: 1))!.Reason,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(2, 2, "", 34, false)] // enough others are healthy
    [InlineData(1, 2, "", 34, true)]
    [InlineData(0, 0, "", 34, true)]
    [InlineData(1, 2, "AlwaysAllow", 34, false)]
    [InlineData(1, 2, "AlwaysAllow", 25, true)] // the policy is of 1.26
    [InlineData(1, 2, "IfHealthyBudget", 34, true)]
    public void UnhealthyPodEvictionPolicy_decides_on_an_unhealthy_pod(int healthy, int desired, string policy, int minor, bool refused)
    {
        JsonObject pod = Sample.Pod("p");
        pod["status"]!["conditions"]![0]!["status"] = "False";
        JsonObject budget = Sample.Budget("web", "web", 0);
        budget["status"]!["currentHealthy"] = healthy;
        budget["status"]!["desiredHealthy"] = desired;
        if (policy.Length > 0)
            budget["spec"]!["unhealthyPodEvictionPolicy"] = policy;

        Assert.Equal(refused, Refusal(pod, minor, budget) is not null);
    }

    [Theory]
    [InlineData(2, 3, false)] // a third pod that becomes ready lifts it
    [InlineData(3, 3, true)]
    [InlineData(0, 0, false)] // it covers nothing yet
    public void A_PDB_that_requires_every_pod_blocks_permanently(int desired, int expected, bool isLasting)
    {
        JsonObject budget = Sample.Budget("web", "web", 0);
        budget["status"]!["desiredHealthy"] = desired;
        budget["status"]!["expectedPods"] = expected;

        Assert.Equal(isLasting, Refusal(Sample.Pod("p"), 34, budget)!.IsLasting);
    }

    [Fact]
    public void A_PDB_is_described_as_it_was_written()
    {
        PodBudget budget = BudgetRules.Describe(Sample.Budget("web", "web", 1, generation: 3, observed: 2).ReadBudget());

        Assert.Equal("default/web: minAvailable 2, 2/3 healthy, 1 disruption allowed", budget.ToString());
        Assert.Equal("app=web", budget.Selector);
        Assert.True(budget.StatusStale);
    }

    private static BudgetRefusal? Refusal(JsonObject pod, int minor, params JsonObject[] budgets) =>
        BudgetRules.Refusal(pod.ReadPod(), [.. budgets.Select(b => b.ReadBudget())], minor);
}

using System.Text.Json.Nodes;
using NodeManager.Autoscaling.NodePools;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;

namespace NodeManager.Core.Tests.Pools;

/// <summary>Disruption budgets as text, in the specification of a pool, and as objects.</summary>
public sealed class BudgetTextTests
{
    [Theory]
    [InlineData("2", "2", "", "", "")]
    [InlineData("0", "0", "", "", "")]
    [InlineData("0%", "0%", "", "", "")]
    [InlineData("10%", "10%", "", "", "")]
    [InlineData("100%", "100%", "", "", "")]
    [InlineData("999999999", "999999999", "", "", "")]
    [InlineData("2+reasons=Drifted", "2", "Drifted", "", "")]
    [InlineData("2+Reasons=drifted, EXPIRED,Drifted", "2", "Drifted,Expired", "", "")]
    [InlineData("1+reasons=Empty,Underutilized", "1", "Empty,Underutilized", "", "")]
    [InlineData("0+schedule=0 8 * * mon-fri+duration=10h", "0", "", "0 8 * * mon-fri", "10h")]
    [InlineData("0+duration=1h30m+schedule=@daily", "0", "", "@daily", "1h30m")]
    [InlineData(" 0 + reasons = Expired + schedule = */10 1,2 * * 0 + duration = 5m ", "0", "Expired", "*/10 1,2 * * 0", "5m")]
    public void A_text_is_parsed_and_printed_again(string text, string nodes, string reasons, string schedule, string duration)
    {
        NodePoolBudget budget = BudgetText.Parse(text);

        Assert.Equal(
            (nodes, reasons, schedule, duration),
            (budget.Nodes, string.Join(',', budget.Reasons), budget.Schedule, budget.Duration)
        );
        Assert.Equal($"{budget}", $"{BudgetText.Parse($"{budget}")}");
    }

    [Theory]
    [InlineData("", "''")]
    [InlineData("two", "'two'")]
    [InlineData("-1", "'-1'")]
    [InlineData("1.5", "'1.5'")]
    [InlineData("101%", "'101%'")]
    [InlineData("010%", "'010%'")]
    [InlineData("%", "'%'")]
    [InlineData("1000000000", "'1000000000'")]
    [InlineData("1+reasons=", "'reasons='")]
    [InlineData("1+reasons", "'reasons'")]
    [InlineData("1+reasons=Idle", "'Idle'")]
    [InlineData("1+reasons=Drifted,", "''")]
    [InlineData("1+reason=Drifted", "'reason'")]
    [InlineData("1+reasons=Drifted+reasons=Expired", "'reasons' is given twice")]
    [InlineData("0+schedule=@daily", "together")]
    [InlineData("0+duration=1h", "together")]
    [InlineData("0+schedule=8am+duration=1h", "'8am'")]
    [InlineData("0+schedule=0 25 * * *+duration=1h", "'0 25 * * *'")]
    [InlineData("0+schedule=@daily+duration=0s", "'0s'")]
    [InlineData("0+schedule=@daily+duration=-1h", "'-1h'")]
    [InlineData("0+schedule=@daily+duration=1d", "'1d'")]
    public void Another_text_is_refused_with_what_is_wrong(string text, string part)
    {
        NodeManagerException refused = Assert.Throws<NodeManagerException>(() => BudgetText.Parse(text));

        Assert.Equal(ErrorIds.NodePoolInvalid, refused.ErrorId);
        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_of_scaling_down_are_the_same_after_a_round_trip()
    {
        string[] texts = ["10%", "0+reasons=Drifted,Expired+schedule=0 8 * * mon-fri+duration=10h"];
        PoolChange change = new()
        {
            NodeProvider = "pve",
            Scaling = new() { ScaleDownDelay = TimeSpan.FromMinutes(10) },
            ScaleDown = new()
            {
                Consolidation = "multinode",
                ReplaceByCost = true,
                ReplaceDrifted = true,
                ExpireAfter = TimeSpan.FromDays(30),
                Budgets = [.. texts.Select(BudgetText.Parse)],
            },
        };

        JsonObject spec = ClusterPoolFormat.Instance.PatchOf(change, [], "web");
        NodePoolSpec read = ClusterPoolFormat.Instance.Read(spec);

        Assert.Equal(
            """{"stabilizationWindow":"10m","consolidation":{"mode":"MultiNode","replace":true},"replaceDrifted":true,"expireAfter":"720h","budgets":[{"nodes":"10%"},{"nodes":"0","reasons":["Drifted","Expired"],"schedule":"0 8 * * mon-fri","duration":"10h"}]}""",
            spec["scaleDown"]!.ToJsonString()
        );
        Assert.Empty(ClusterPoolFormat.Instance.Check("web", spec));
        Assert.Equal(
            ("MultiNode", true, true, TimeSpan.FromDays(30)),
            (read.ScaleDown!.Consolidation, read.ScaleDown.ReplaceByCost, read.ScaleDown.ReplaceDrifted, read.ScaleDown.ExpireAfter)
        );
        Assert.Equal(texts, read.ScaleDown.Budgets.Select(static one => $"{one}"));
    }

    [Fact]
    public void Zero_and_an_empty_list_remove_fields_and_others_stay()
    {
        JsonObject spec = JsonNode
            .Parse(
                """{"providerRef":"pve","scaleDown":{"stabilizationWindow":"5m","consolidation":{"mode":"MultiNode","replace":true},"expireAfter":"1h","budgets":[{"nodes":"1"}],"other":1}}"""
            )!
            .AsObject();
        PoolChange change = new()
        {
            ScaleDown = new()
            {
                ExpireAfter = TimeSpan.Zero,
                Budgets = [],
                ReplaceByCost = false,
            },
        };

        JsonObject changed = PoolMerge.Apply(spec, ClusterPoolFormat.Instance.PatchOf(change, spec, "web"));

        Assert.Equal(
            """{"stabilizationWindow":"5m","consolidation":{"mode":"MultiNode","replace":false},"other":1}""",
            changed["scaleDown"]!.ToJsonString()
        );
    }

    [Fact]
    public void A_pool_without_rules_of_scaling_down_states_the_defaults()
    {
        NodePoolSpec read = ClusterPoolFormat.Instance.Read(new() { ["providerRef"] = "pve" });

        Assert.Equal(
            ("Disabled", false, false, null, 0),
            (
                read.ScaleDown!.Consolidation,
                read.ScaleDown.ReplaceByCost,
                read.ScaleDown.ReplaceDrifted,
                read.ScaleDown.ExpireAfter,
                read.ScaleDown.Budgets.Count
            )
        );
    }

    public static TheoryData<PoolScaleDown, string> ChangesForClusters =>
        new()
        {
            {
                new() { Consolidation = "Disabled" },
                "Consolidation"
            },
            {
                new() { ReplaceByCost = false },
                "ReplaceByCost"
            },
            {
                new() { ReplaceDrifted = true },
                "ReplaceDrifted"
            },
            {
                new() { ExpireAfter = TimeSpan.Zero },
                "ExpireAfter"
            },
            {
                new() { Budgets = [] },
                "Budget"
            },
        };

    [Theory]
    [MemberData(nameof(ChangesForClusters))]
    public void A_pool_of_a_service_has_no_such_field(PoolScaleDown change, string parameter)
    {
        NodeManagerException refused = Assert.Throws<NodeManagerException>(() =>
            NodeManager.NodePools.Validation.ServicePoolFormat.Instance.PatchOf(new() { ScaleDown = change }, [], "web")
        );

        Assert.Equal(ErrorIds.NodePoolFieldUnsupported, refused.ErrorId);
        Assert.Contains($"for {parameter}.", refused.Message, StringComparison.Ordinal);
    }
}

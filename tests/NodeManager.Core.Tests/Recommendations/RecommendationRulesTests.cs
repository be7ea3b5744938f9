using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Support;
using NodeManager.Kubernetes.Models;
using NodeManager.Recommendations.Decisions;

namespace NodeManager.Core.Tests.Recommendations;

/// <summary>Nodes of four cores and 8 GiB.</summary>
public sealed class RecommendationRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly NodeManagerSession Session = new()
    {
        Id = 1,
        Cluster = "test",
        Source = "Sandbox",
        Server = new("https://test.invalid"),
    };

    private readonly List<JsonObject> _nodes = [Sample.NodeJson("a"), Sample.NodeJson("b"), Sample.NodeJson("c")];
    private readonly List<JsonObject> _pods = [];
    private readonly Dictionary<string, NodeUsage> _usage = [];
    private NodeManagerConfiguration _configuration = new();

    [Theory]
    [InlineData("3200m", "0", NodeScaleAction.None, 0)]
    [InlineData("3300m", "0", NodeScaleAction.ScaleUp, 1)]
    [InlineData("4", "0", NodeScaleAction.ScaleUp, 1)]
    [InlineData("100m", "6600Mi", NodeScaleAction.ScaleUp, 1)]
    public void Requests_above_the_threshold_add_nodes(string cpu, string memory, string action, int count)
    {
        foreach (string node in (string[])["a", "b", "c"])
            Run($"p-{node}", node, cpu, memory);

        NodeScaleRecommendation recommendation = Judge();

        Assert.Equal((action, count), (recommendation.Action, recommendation.Count));
        if (count > 0)
            Assert.Contains(
                recommendation.Reasons,
                static r => r.Rule == NodeScaleRule.RequestsAboveThreshold && r.Limit == 80 && r.Value > 80
            );
        if (count > 0)
            Assert.All(recommendation.Utilization, static u => Assert.True(u.RequestedPercentAfter <= 75));
    }

    [Fact]
    public void Usage_above_the_threshold_adds_nodes()
    {
        foreach (string node in (string[])["a", "b", "c"])
            _usage[node] = new() { Cpu = 3.6m, Memory = 1L << 30 };

        NodeScaleRecommendation recommendation = Judge();

        Assert.Equal((NodeScaleAction.ScaleUp, 1), (recommendation.Action, recommendation.Count));
        Assert.Equal(
            ("cpu", 90m),
            recommendation
                .Reasons.Where(static r => r.Rule == NodeScaleRule.UsageAboveThreshold)
                .Select(static r => (r.Resource, r.Value!.Value))
                .Single()
        );
    }

    [Fact]
    public void Pending_pods_add_nodes_that_fit_them()
    {
        for (int i = 0; i < 5; i++)
            Wait($"w{i}", "2500m");
        foreach (string node in (string[])["a", "b", "c"])
            Run($"p-{node}", node, "2");
        Wait("huge", "9");

        NodeScaleRecommendation recommendation = Judge();

        // One fits on each new node; the one of nine cores on none.
        Assert.Equal((NodeScaleAction.ScaleUp, 5), (recommendation.Action, recommendation.Count));
        Assert.Equal(5, Assert.Single(recommendation.Additions).Pods.Count);
        Assert.Equal("default/huge", recommendation.Reasons.Single(static r => r.Rule == NodeScaleRule.NoShapeFits).Object);
    }

    [Theory]
    [InlineData(1, 10, 0, "")]
    [InlineData(5, 10, 2, NodeScaleRule.BelowMinimum)]
    [InlineData(4, 4, 1, NodeScaleRule.BelowMinimum)]
    public void Minimum_and_maximum_of_the_pool_hold(int fewest, int most, int added, string rule)
    {
        foreach (string node in (string[])["a", "b", "c"])
            Run($"p-{node}", node, "2");
        _configuration = new(_configuration) { MinNodes = fewest, MaxNodes = most };

        NodeScaleRecommendation recommendation = Judge();

        Assert.Equal((added, 3 + added), (recommendation.Count, recommendation.RecommendedNodes));
        if (rule.Length > 0)
            Assert.Contains(recommendation.Reasons, r => r.Rule == rule);
    }

    [Fact]
    public void The_maximum_limits_added_nodes_and_is_named()
    {
        for (int i = 0; i < 6; i++)
            Wait($"w{i}", "3");
        foreach (string node in (string[])["a", "b", "c"])
            Run($"p-{node}", node, "2");
        _configuration = new(_configuration) { MaxNodes = 5 };

        NodeScaleRecommendation recommendation = Judge();

        Assert.Equal((2, 5), (recommendation.Count, recommendation.RecommendedNodes));
        Assert.Equal(
            (9m, 5m),
            recommendation
                .Reasons.Where(static r => r.Rule == NodeScaleRule.AtMaximum)
                .Select(static r => (r.Value!.Value, r.Limit!.Value))
                .Single()
        );
    }

    [Fact]
    public void An_empty_node_is_removed_and_its_pods_fit_elsewhere()
    {
        Run("p1", "a", "500m");
        Run("p2", "b", "2");
        Run("p3", "c", "2");

        NodeScaleRecommendation recommendation = Judge();

        Assert.Equal((NodeScaleAction.ScaleDown, 1, 2), (recommendation.Action, recommendation.Count, recommendation.RecommendedNodes));
        NodeScaleCandidate gone = Assert.Single(recommendation.Remove);
        Assert.Equal(("a", 1), (gone.Node, gone.Order));
        NodeScaleMove move = Assert.Single(gone.Moves);
        Assert.Contains(move.To, (string[])["b", "c"]);
        Assert.Equal([NodeScaleRule.BelowThreshold, NodeScaleRule.PodsFitElsewhere], gone.Reasons.Select(static r => r.Rule));
        Assert.All(
            recommendation.Candidates.Skip(1),
            static c => Assert.Equal(NodeScaleRule.AboveThreshold, Assert.Single(c.Reasons).Rule)
        );
    }

    public static TheoryData<string, string> Obstacles =>
        new()
        {
            { "usage", NodeScaleRule.AboveThreshold },
            { "unknown usage", NodeScaleRule.UsageUnknown },
            { "cordoned", NodeScaleRule.NotActive },
            { "not ready", NodeScaleRule.NotActive },
            { "annotated", NodeScaleRule.Protected },
            { "annotated pod", NodeScaleRule.Protected },
            { "protected for an hour", NodeScaleRule.Protected },
            { "unmanaged pod", NodeScaleRule.DrainRefused },
            { "local data", NodeScaleRule.DrainRefused },
            { "no room", NodeScaleRule.PodDoesNotFit },
            { "gate", NodeScaleRule.PodNotJudged },
            { "minimum", NodeScaleRule.AtMinimum },
            { "others full", NodeScaleRule.OthersTooFull },
            { "budget", NodeScaleRule.BudgetBlocks },
        };

    [Theory]
    [MemberData(nameof(Obstacles))]
    public void The_blocker_of_a_removal_is_named(string obstacle, string rule)
    {
        JsonObject pod = Run("p1", "a", "500m");
        Run("p2", "b", "2");
        Run("p3", "c", "2");
        PodDisruptionBudget? budget = null;
        switch (obstacle)
        {
            case "usage":
                _usage["a"] = new() { Cpu = 2, Age = TimeSpan.Zero };
                break;
            case "unknown usage":
                _usage["b"] = new() { Cpu = 2 };
                break;
            case "cordoned":
                _nodes[0]["spec"]!["unschedulable"] = true;
                break;
            case "not ready":
                _nodes[0]["status"]!["conditions"]![0]!["status"] = "False";
                break;
            case "annotated":
                _nodes[0]["metadata"]!["annotations"] = new JsonObject
                {
                    ["cluster-autoscaler.kubernetes.io/scale-down-disabled"] = "true",
                };
                break;
            case "annotated pod":
                pod["metadata"]!["annotations"] = new JsonObject { ["karpenter.sh/do-not-disrupt"] = "true" };
                break;
            case "protected for an hour":
                pod["metadata"]!["annotations"] = new JsonObject { ["karpenter.sh/do-not-disrupt"] = "1h" };
                pod["status"]!["startTime"] = Now.AddMinutes(-59).ToString("O");
                break;
            case "unmanaged pod":
                pod["metadata"]!.AsObject().Remove("ownerReferences");
                break;
            case "local data":
                pod["spec"]!["volumes"] = new JsonArray(new JsonObject { ["name"] = "scratch", ["emptyDir"] = new JsonObject() });
                break;
            case "no room":
                pod["spec"]!["nodeSelector"] = new JsonObject { ["disk"] = "ssd" };
                break;
            case "gate":
                pod["spec"]!["schedulerName"] = "another";
                break;
            case "minimum":
                _configuration = new(_configuration) { MinNodes = 3 };
                break;
            case "others full":
                _configuration = new(_configuration) { ScaleUpThreshold = 60 };
                break;
            default:
                budget = new()
                {
                    Metadata = new() { Namespace = "default", Name = "web" },
                    Spec = new() { Selector = new() },
                };
                break;
        }

        NodeScaleRecommendation recommendation = Judge(budget: budget);

        Assert.Equal(NodeScaleAction.None, recommendation.Action);
        NodeScaleCandidate candidate = recommendation.Candidates.Single(static c => c.Node == "a");
        Assert.Equal(rule, candidate.Reasons[^1].Rule);
        if (budget is not null)
            Assert.Equal("web", Assert.Single(candidate.BlockedBy).Name);
    }

    [Fact]
    public void No_node_is_removed_while_a_pod_is_pending()
    {
        Run("p1", "a", "500m");
        Run("p2", "b", "2");
        Run("p3", "c", "2");
        Wait("w", "100m");

        NodeScaleRecommendation recommendation = Judge();

        Assert.Equal(NodeScaleAction.None, recommendation.Action);
        Assert.Equal(NodeScaleRule.PendingPods, Assert.Single(recommendation.Reasons).Rule);
    }

    [Fact]
    public void A_pod_moved_from_a_removed_node_moves_again_with_the_next_removal()
    {
        // All three are below the threshold; two can go, and the last has all pods.
        foreach (string node in (string[])["a", "b", "c"])
            Run($"p-{node}", node, "700m");

        NodeScaleRecommendation recommendation = Judge();

        Assert.Equal(["a", "b"], recommendation.Remove.Select(static c => c.Node));
        Assert.Equal("c", recommendation.Remove[1].Moves.Select(static m => m.To).Distinct().Single());
        Assert.Contains("p-b", recommendation.Remove[1].Moves.Select(static m => m.Name));
    }

    [Theory]
    [InlineData(77, null, NodeScaleAction.None)]
    [InlineData(77, NodeScaleAction.ScaleUp, NodeScaleAction.ScaleUp)]
    [InlineData(74, NodeScaleAction.ScaleUp, NodeScaleAction.None)]
    [InlineData(77, NodeScaleAction.ScaleDown, NodeScaleAction.None)]
    public void A_recommendation_stays_until_the_share_leaves_the_threshold_margin(int percent, string? before, string action)
    {
        foreach (string node in (string[])["a", "b", "c"])
            Run($"p-{node}", node, $"{percent * 40}m");

        Assert.Equal(action, Judge(before is null ? null : new(before, null)).Action);
    }

    [Theory]
    [InlineData(9, NodeScaleAction.None)]
    [InlineData(10, NodeScaleAction.ScaleDown)]
    public void No_node_is_removed_shortly_after_a_scale_up(int minutes, string action)
    {
        Run("p1", "a", "500m");
        Run("p2", "b", "2");
        Run("p3", "c", "2");

        NodeScaleRecommendation recommendation = Judge(new(NodeScaleAction.None, Now.AddMinutes(-minutes)));

        Assert.Equal(action, recommendation.Action);
        Assert.Equal(action == NodeScaleAction.None, recommendation.Reasons.Any(static r => r.Rule == NodeScaleRule.Stabilizing));
    }

    [Fact]
    public void Without_nodes_there_is_no_recommendation()
    {
        _nodes.Clear();
        _configuration = new(_configuration) { MinNodes = 2 };

        NodeScaleRecommendation recommendation = Judge();

        Assert.Equal((NodeScaleAction.None, 0), (recommendation.Action, recommendation.Count));
        Assert.Contains(recommendation.Reasons, static r => r.Rule == NodeScaleRule.NoNodes);
    }

    private JsonObject Run(string name, string node, string cpu, string memory = "64Mi")
    {
        JsonObject pod = Sample.PodJson(name, node, cpu, memory);
        pod["status"]!["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" });
        _pods.Add(pod);
        return pod;
    }

    private void Wait(string name, string cpu)
    {
        JsonObject pod = Run(name, "", cpu);
        pod["spec"]!.AsObject().Remove("nodeName");
        pod["status"]!["phase"] = "Pending";
        pod["status"]!["conditions"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "PodScheduled",
                ["status"] = "False",
                ["reason"] = "Unschedulable",
            }
        );
    }

    private NodeScaleRecommendation Judge(RecommendationHistory.Entry? before = null, PodDisruptionBudget? budget = null) =>
        RecommendationRules.Judge(
            Session,
            Situation.Of(
                Now,
                _configuration,
                [.. _nodes.Select(static n => n.Deserialize(KubernetesJson.Default.Node)!)],
                [.. _pods.Select(static p => p.Deserialize(KubernetesJson.Default.Pod)!)],
                budget is null ? [] : [budget]
            ) with
            {
                Usage = _usage,
                Before = before,
            }
        );
}

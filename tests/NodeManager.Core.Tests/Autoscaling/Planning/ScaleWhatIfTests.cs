using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Forecasts.Assumptions;
using NodeManager.Autoscaling.Forecasts.Explanations;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.NodePools;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;
using Decision = NodeManager.AutoscalerDecision;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>Plans for pools that nobody has changed, and the change that would help.</summary>
public sealed class ScaleWhatIfTests
{
    [Fact]
    public void A_higher_limit_places_pods_and_shows_the_price()
    {
        ScaleInput input = Running(Priced(maxNodes: 2), 2, Full().Concat(Several(2, "4", "4Gi")));

        NodeScaleComparison found = Compare(input, new() { Scaling = new() { MaxNodes = 4 } });

        Assert.Equal((2, 0), (found.Before.Waiting, found.After.Waiting));
        Assert.Equal((2, 0, 0), (found.Placed, found.Displaced, found.Removed));
        Assert.Equal((0.2m, 0.4m, 0.2m), (found.Before.Price, found.After.Price, found.PriceChange));
        Assert.Equal(
            ["Pod shop/web-001: Wait -> Create", "Pod shop/web-002: Wait -> Create", "Machine workers/four: 0 -> 2"],
            found.Differences.Select(static one => one.ToString())
        );
        Assert.Equal(2, input.Pools[0].Spec.Limits.MaxNodes);
    }

    [Fact]
    public void Consolidation_lets_a_node_go_and_equal_pools_show_no_difference()
    {
        ScaleInput input = Running(Priced(), 2, Waiting("a").On("n1"), Waiting("b").On("n2"));

        NodeScaleComparison found = Compare(
            input,
            new() { Patch = (JsonObject)JsonNode.Parse("""{"scaleDown":{"consolidation":{"mode":"SingleNode"}}}""")! }
        );

        Assert.Equal(1, found.Removed);
        Assert.Equal(-0.1m, found.PriceChange);
        Assert.Empty(Compare(input, new() { Scaling = new() { MaxNodes = 9 } }).Differences);
    }

    [Theory]
    [InlineData("others", """{}""", ErrorIds.NodePoolNotFound)]
    [InlineData("workers", """{"limits":{"maxNodes":-1,"minNodes":3}}""", ErrorIds.NodePoolInvalid)]
    [InlineData("workers", """{"limits":{"maxNodes":"many"}}""", ErrorIds.NodePoolInvalid)]
    public void An_unknown_pool_or_value_is_refused(string pool, string patch, string error)
    {
        var failure = Assert.Throws<NodeManagerException>(() =>
            ScaleWhatIf.Compare(
                Input(Fours()),
                new Dictionary<string, PoolChange> { [pool] = new() { Patch = (JsonObject)JsonNode.Parse(patch)! } },
                NullObserver.Instance,
                default
            )
        );

        Assert.Equal(error, failure.ErrorId);
    }

    [Theory]
    // One machine more is enough, whatever the distance to the demand of others.
    [InlineData("limits.maxNodes", 2, "4", "3", "Raise limits.maxNodes of pool 'workers' from 2 to 3: +0.1 EUR an hour.")]
    [InlineData("limits.cpuCores", 9, "4", "12", "Raise limits.cpuCores of pool 'workers' from 9 to 12: +0.1 EUR an hour.")]
    [InlineData("", 0, "6", "6x4gi=6x4Gi", "Add the shape 6x4gi=6x4Gi to pool 'workers': +0.14 EUR an hour.")]
    public void The_cheapest_change_for_a_pod_is_found(string field, int limit, string cpu, string after, string message)
    {
        NodeSmithPool pool = Priced();
        if (field.Length > 0)
            pool = AssumedPool.With(pool, new() { ["limits"] = new JsonObject { [field.Split('.')[1]] = limit } });
        ScaleInput input = Running(pool, 2, Full().Append(Waiting("web", cpu, "4Gi")));
        ScalePlan plan = ScalePlanner.Plan(input);

        new ScaleSuggestions(input, plan, default).AddTo(plan.Pods);

        NodeScaleSuggestion found = plan.Pod("web").Suggestion!;
        Assert.Equal((after, message), (found.After, found.Message));
        NodeScaleComparison with = Compare(input, new() { Patch = (JsonObject)JsonNode.Parse(found.Patch)! });
        Assert.Equal(Decision.Create, Assert.Single(with.After.Pods).Decision);
        Assert.Equal(found.PriceChange, with.PriceChange);
    }

    [Fact]
    public void A_missing_resource_becomes_a_shape_that_has_it()
    {
        ScaleInput input = Input(
            Priced(),
            Waiting("gpu").With(static pod => pod.Spec.Containers[0].Resources!.Requests!["nvidia.com/gpu"] = Quantity.Parse("2"))
        );
        ScalePlan plan = ScalePlanner.Plan(input);

        new ScaleSuggestions(input, plan, default).AddTo(plan.Pods);

        Assert.Equal("1x1gi=1x1Gi+nvidia.com/gpu=2", plan.Pod("gpu").Suggestion!.After);
    }

    [Fact]
    public void No_change_of_a_pool_helps_a_pod_with_a_foreign_selector()
    {
        ScaleInput input = Input(
            Priced(maxNodes: 1),
            Waiting("lost").With(static pod => pod.Spec.NodeSelector = new() { ["disk"] = "gold" })
        );
        ScalePlan plan = ScalePlanner.Plan(input);

        new ScaleSuggestions(input, plan, default).AddTo(plan.Pods);

        Assert.Null(plan.Pod("lost").Suggestion);
    }

    [Theory]
    [InlineData("""{"limits":{"minNodes":2}}""", "limits.minNodes", "1")]
    [InlineData("""{"nodeCount":2}""", "nodeCount", "1")]
    public void A_lower_minimum_lets_an_empty_node_go(string spec, string field, string after)
    {
        ScaleInput input = Running(AssumedPool.With(Priced(), (JsonObject)JsonNode.Parse(spec)!), 2);
        ScalePlan plan = ScalePlanner.Plan(input);

        NodeScaleSuggestion found = Suggested(input, plan, "n1")!;

        Assert.Equal((field, after, -0.1m), (found.Field, found.After, found.PriceChange));
    }

    [Fact]
    public void Consolidation_is_suggested_only_where_it_helps()
    {
        ScaleInput input = Running(Priced(), 2, Waiting("a").On("n1"), Waiting("b").On("n2"));
        Assert.Equal("scaleDown.consolidation.mode", Suggested(input, ScalePlanner.Plan(input), "n1")!.Field);

        ScaleInput full = Running(Priced(), 2, Full());
        Assert.Null(Suggested(full, ScalePlanner.Plan(full), "n1"));
    }

    private static NodeScaleSuggestion? Suggested(ScaleInput input, ScalePlan plan, string node)
    {
        NodeScalePlanNode found = plan.Node(node);
        new ScaleSuggestions(input, plan, default).AddTo(found);
        return found.Suggestion;
    }

    private static NodeScaleComparison Compare(ScaleInput input, PoolChange change) =>
        ScaleWhatIf.Compare(input, new Dictionary<string, PoolChange> { ["workers"] = change }, NullObserver.Instance, default);

    private static IEnumerable<Pod> Full() => [Waiting("full-1", "4", "4Gi").On("n1"), Waiting("full-2", "4", "4Gi").On("n2")];

    // 0.1 an hour for a machine with 4 cores; claims have no shape, so the price is that of the cores.
    private static NodeSmithPool Priced(int maxNodes = 0)
    {
        NodeSmithPool pool = Fours();
        pool.Spec.Limits.MaxNodes = maxNodes;
        pool.Spec.Price = new()
        {
            Currency = "EUR",
            PerCoreHour = "0.02",
            PerHour = "0.02",
        };
        return pool;
    }
}

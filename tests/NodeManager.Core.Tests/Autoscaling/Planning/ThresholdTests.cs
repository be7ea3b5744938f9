using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>What enableAutoScaling adds to a plan: nodes have 4 cores and 8 GiB, the pool makes the same.</summary>
public sealed class ThresholdTests
{
    [Theory]
    // Nodes, cores requested in all, used in all (empty: no metrics), then how many machines.
    [InlineData(4, 12, "", 80, 10, 0)] // 75 %: below.
    [InlineData(4, 13, "", 80, 10, 1)] // 81.25 %: one more is 65 %.
    [InlineData(4, 16, "", 80, 10, 2)] // 100 %: two more are 66.7 %.
    [InlineData(4, 16, "", 80, 5, 1)] // maxNodes.
    [InlineData(4, 16, "", 80, 4, 0)]
    [InlineData(4, 8, "14", 80, 10, 1)] // 87.5 % used, 70 % with one more.
    [InlineData(4, 8, "12", 80, 10, 0)]
    [InlineData(4, 9, "", 50, 10, 1)] // 56 %: one more is 45 %, which is clear of it.
    [InlineData(4, 16, "", 0, 10, 0)] // enableAutoScaling is false.
    public void Machines_are_added_above_the_threshold_until_the_share_is_clear_of_it(
        int nodes,
        int requested,
        string used,
        int threshold,
        int maxNodes,
        int machines
    )
    {
        ScaleInput input = Busy(nodes, requested);
        if (threshold > 0)
            input = With(
                input,
                new()
                {
                    EnableAutoScaling = true,
                    ScaleUpThreshold = threshold,
                    MaxNodes = maxNodes,
                },
                used.Length == 0 ? null : decimal.Parse(used, System.Globalization.CultureInfo.InvariantCulture)
            );

        ScalePlan plan = ScalePlanner.Plan(input);

        Assert.Equal(machines, plan.Machines.Count);
        Assert.All(plan.Machines, static machine => Assert.Equal(AutoscalerReason.AboveThreshold, machine.Reason));
        if (maxNodes == 4)
            Assert.Equal((AutoscalerDecision.Wait, AutoscalerReason.NodeLimit), (plan.Pools[0].Decision, plan.Pools[0].Reason));
        else if (machines > 0)
            Assert.Equal((AutoscalerDecision.Create, AutoscalerReason.AboveThreshold), (plan.Pools[0].Decision, plan.Pools[0].Reason));
    }

    [Fact]
    public void Pending_machines_count_and_the_threshold_stays_lower_until_the_share_leaves_the_margin()
    {
        ScaleInput input = With(Busy(4, 13), On());
        ScalePlan first = ScalePlanner.Plan(input);
        ScaleInput after = input with { Claims = [.. input.Claims, Claim("n5", isReady: false)], Memory = first.Memory };

        Assert.Single(first.Machines);
        Assert.Empty(ScalePlanner.Plan(after).Machines);
        // 78 %: not enough to begin, but enough to go on.
        ScaleInput less = With(Busy(8, 25), On());
        Assert.Empty(ScalePlanner.Plan(less).Machines);
        NodeScalePlanMachine further = Assert.Single(ScalePlanner.Plan(less with { Memory = first.Memory }).Machines);
        Assert.Equal("78.1% of cpu is requested; scaleUpThreshold is 80%. Machines are added until the share is 75%.", further.Message);
    }

    [Fact]
    public void A_share_must_be_above_the_threshold_for_the_window_of_the_pool()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleUp = new() { StabilizationWindow = "3m" };
        ScaleInput input = With(Busy(4, 16, pool), On());

        ScalePlan first = ScalePlanner.Plan(input);
        ScalePlan later = ScalePlanner.Plan(input with { Now = Now.AddMinutes(3), Memory = first.Memory });

        Assert.Empty(first.Machines);
        Assert.Equal(
            (AutoscalerDecision.Wait, AutoscalerReason.Stabilizing, Now.AddMinutes(3)),
            (first.Pools[0].Decision, first.Pools[0].Reason, first.NextChangeAt!.Value)
        );
        Assert.Equal(2, later.Machines.Count);
    }

    [Fact]
    public void The_pool_that_any_pod_can_use_grows_and_limits_of_pools_hold()
    {
        NodeSmithPool special = Pool("gpu", ("four", 4, 8192)),
            small = Fours();
        special.Spec.MachineTemplate.Taints = [new() { Key = "gpu", Effect = "NoSchedule" }];
        small.Spec.Limits.MaxNodes = 5;
        ScaleInput input = With(Busy(4, 16, small), On()) with { Pools = [special, small] };

        ScalePlan plan = ScalePlanner.Plan(input);
        Assert.Equal(["workers", "gpu"], plan.Machines.Select(static one => one.Pool));

        plan = ScalePlanner.Plan(input with { Pools = [small] });
        Assert.Single(plan.Machines);
        Assert.Equal(AutoscalerDecision.Create, plan.Pools[0].Decision);
    }

    [Fact]
    public void Pods_that_wait_get_machines_up_to_maxNodes_only()
    {
        ScaleInput input = With(Running(Fours(), 2, Several(12, "2")), new() { EnableAutoScaling = true, MaxNodes = 4 });

        ScalePlan plan = ScalePlanner.Plan(input);

        Assert.Equal(2, plan.Machines.Count);
        Assert.Equal(4, plan.Pods.Count(static pod => pod is { Decision: AutoscalerDecision.Wait, Reason: AutoscalerReason.NodeLimit }));
        Assert.Equal(4, ScalePlanner.Plan(input with { Thresholds = null }).Machines.Count);
    }

    [Fact]
    public void MinNodes_of_the_configuration_is_kept_and_reached()
    {
        ScaleInput input = With(Running(Fours(), 2), new() { EnableAutoScaling = true, MinNodes = 3 });
        ScalePlan plan = ScalePlanner.Plan(input);
        Assert.Equal(AutoscalerReason.MinNodes, Assert.Single(plan.Machines).Reason);
        Assert.All(
            plan.Nodes,
            static node => Assert.Equal((AutoscalerDecision.Keep, AutoscalerReason.MinNodes), (node.Decision, node.Reason))
        );

        plan = ScalePlanner.Plan(With(Running(Fours(), 4), new() { EnableAutoScaling = true, MinNodes = 3 }));
        Assert.Equal(1, plan.Nodes.Count(static node => node.Decision == AutoscalerDecision.Remove));
    }

    [Theory]
    // The share of n1 in percent, requested and used; the pool's mode; what becomes of it after ten minutes.
    [InlineData("400m", null, null, AutoscalerDecision.Remove, AutoscalerReason.Underutilized)]
    [InlineData("800m", null, null, AutoscalerDecision.Keep, AutoscalerReason.NotBelowThreshold)]
    [InlineData("400m", 0.4, null, AutoscalerDecision.Remove, AutoscalerReason.Underutilized)]
    [InlineData("400m", 0.8, null, AutoscalerDecision.Keep, AutoscalerReason.NotBelowThreshold)]
    [InlineData("400m", null, "Disabled", AutoscalerDecision.Keep, AutoscalerReason.ConsolidationDisabled)]
    public void A_node_below_the_threshold_is_removed_when_that_has_lasted(
        string cpu,
        double? used,
        string? mode,
        string decision,
        string reason
    )
    {
        NodeSmithPool pool = Fours();
        if (mode is not null)
            pool.Spec.ScaleDown = new() { Consolidation = new() { Mode = mode } };
        ScaleInput input = With(
            Running(pool, 3, Waiting("small", cpu).On("n1"), Waiting("a", "2").On("n2"), Waiting("b", "2").On("n3")),
            On()
        );
        if (used is { } cores)
            input = input with
            {
                Thresholds = input.Thresholds! with
                {
                    Usage = new Dictionary<string, NodeUsage>
                    {
                        ["n1"] = Use((decimal)cores),
                        ["n2"] = Use(1),
                        ["n3"] = Use(1),
                    },
                },
            };

        ScalePlan first = ScalePlanner.Plan(input);
        ScalePlan later = ScalePlanner.Plan(input with { Now = Now.AddMinutes(10), Memory = first.Memory });

        if (decision == AutoscalerDecision.Remove)
            Assert.Equal((AutoscalerDecision.Wait, AutoscalerReason.Stabilizing), (first.Node("n1").Decision, first.Node("n1").Reason));
        Assert.Equal((decision, reason), (later.Node("n1").Decision, later.Node("n1").Reason));
        // Without the thresholds the pool's own setting decides alone.
        Assert.Equal(AutoscalerReason.ConsolidationDisabled, ScalePlanner.Plan(input with { Thresholds = null }).Node("n1").Reason);
    }

    [Fact]
    public void A_node_that_was_below_the_threshold_stays_a_candidate_within_the_margin()
    {
        // 22.5 %.
        ScaleInput input = With(
            Running(Fours(), 3, Waiting("small", "900m").On("n1"), Waiting("a", "2").On("n2"), Waiting("b", "2").On("n3")),
            On()
        );

        Assert.Equal(AutoscalerReason.NotBelowThreshold, ScalePlanner.Plan(input).Node("n1").Reason);
        ScaleMemory before = new(new Dictionary<string, DateTimeOffset> { ["uid-n1"] = Now.AddMinutes(-10) });
        Assert.Equal(
            (AutoscalerDecision.Remove, AutoscalerReason.Underutilized),
            (
                ScalePlanner.Plan(input with { Memory = before }).Node("n1").Decision,
                ScalePlanner.Plan(input with { Memory = before }).Node("n1").Reason
            )
        );
    }

    [Fact]
    public void No_node_is_removed_where_the_others_would_be_too_full()
    {
        // An empty node of four: 67.5 % with it, 90 % without.
        ScaleInput input = With(
            Running(Fours(), 4, Enumerable.Range(1, 3).Select(static node => Waiting($"web-{node}", "3600m").On($"n{node}"))),
            On()
        );

        Assert.Equal(
            (AutoscalerDecision.Keep, AutoscalerReason.OthersTooFull),
            (ScalePlanner.Plan(input).Node("n4").Decision, ScalePlanner.Plan(input).Node("n4").Reason)
        );
        Assert.Equal(AutoscalerDecision.Remove, ScalePlanner.Plan(input with { Thresholds = null }).Node("n4").Decision);
    }

    [Fact]
    public void For_ten_minutes_after_a_threshold_was_exceeded_no_node_is_removed()
    {
        ScaleMemory scaled = ScalePlanner.Plan(With(Busy(4, 16), On())).Memory;
        ScaleInput input = With(Running(Fours(), 3), On()) with { Memory = scaled };

        Assert.All(
            ScalePlanner.Plan(input).Nodes,
            static node => Assert.Equal((AutoscalerDecision.Wait, AutoscalerReason.RecentActivity), (node.Decision, node.Reason))
        );
        ScalePlan later = ScalePlanner.Plan(input with { Now = Now.AddMinutes(10) });
        Assert.Equal(2, later.Nodes.Count(static node => node.Decision == AutoscalerDecision.Remove));
    }

    private static NodeManagerConfiguration On() => new() { EnableAutoScaling = true };

    private static NodeUsage Use(decimal cpu) =>
        new()
        {
            Cpu = cpu,
            Memory = 1 << 30,
            Age = TimeSpan.Zero,
        };

    // Nodes with pods of a core each.
    private static ScaleInput Busy(int nodes, int cores, NodeSmithPool? pool = null)
    {
        List<Pod> pods = [.. Several(cores, "1", "256Mi")];
        for (int index = 0; index < pods.Count; index++)
            pods[index].On($"n{(index / 4) + 1}");
        return Running(pool ?? Fours(), nodes, pods);
    }

    private static ScaleInput With(ScaleInput input, NodeManagerConfiguration configuration, decimal? used = null) =>
        input with
        {
            Thresholds = new(
                configuration,
                used is { } cores
                    ? input.Nodes.ToDictionary(static node => node.Metadata.Name, _ => Use(cores / input.Nodes.Count))
                    : new Dictionary<string, NodeUsage>()
            ),
        };
}

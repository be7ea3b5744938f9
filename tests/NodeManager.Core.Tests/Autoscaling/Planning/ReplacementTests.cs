using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;
using Reason = NodeManager.AutoscalerReason;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>Nodes that are replaced: by a cheaper machine, because of their template, or because of their age.</summary>
public sealed partial class ReplacementTests
{
    [Fact]
    public void An_expensive_node_is_replaced_by_a_cheaper_one_that_is_Ready_first()
    {
        ScaleInput input = Running(Priced(), 1, Waiting("web", "1500m").On("n1"));

        ScalePlan plan = ScalePlanner.Plan(input);

        NodeScalePlanMachine machine = Assert.Single(plan.Machines);
        Assert.Equal(("two", Reason.Underutilized, 0.2m), (machine.Shape, machine.Reason, machine.Price));
        Assert.Equal((AutoscalerDecision.Wait, Reason.Underutilized), Verdict(plan, "n1"));
        Assert.StartsWith("It costs 0.4 EUR an hour; a machine for 0.2 EUR holds", plan.Node("n1").Message, StringComparison.Ordinal);

        NodeSmithClaim claim = ClaimOf(input.Pools[0], plan, machine);
        input = input with { Claims = [.. input.Claims, claim] };
        plan = ScalePlanner.Plan(input);
        Assert.Empty(plan.Machines);
        Assert.Equal((AutoscalerDecision.Wait, Reason.Underutilized), Verdict(plan, "n1"));
        Assert.Contains("when its replacement 'workers-9' is Ready", plan.Node("n1").Message, StringComparison.Ordinal);

        // A failed claim is no reason for another one.
        claim.Status = new() { Conditions = [Condition(NodeSmithConditions.Failed)] };
        plan = ScalePlanner.Plan(input);
        Assert.Equal((0, AutoscalerDecision.Wait), (plan.Machines.Count, plan.Node("n1").Decision));

        input = Ready(input, claim, "n2", "2", "4Gi");
        plan = ScalePlanner.Plan(input);
        Assert.Equal((AutoscalerDecision.Remove, Reason.Underutilized), Verdict(plan, "n1"));
        Assert.Equal((AutoscalerDecision.Keep, Reason.Replacing), Verdict(plan, "n2"));
        Assert.Equal(AutoscalerDecision.Remove, ScalePlanner.Confirm(input, plan.Node("n1"))?.Decision);

        // Given up after an hour: the new node is empty, and is removed.
        plan = ScalePlanner.Plan(input with { Now = Now.AddHours(2) });
        Assert.Equal((AutoscalerDecision.Remove, Reason.Empty), Verdict(plan, "n2"));
    }

    [Fact]
    public void Several_nodes_are_replaced_by_one_only_with_mode_MultiNode()
    {
        NodeSmithPool pool = Priced(("four", 4, 8192), ("six", 6, 12288));
        ScaleInput input = Running(pool, 2, Waiting("a", "2500m").On("n1"), Waiting("b", "2500m").On("n2"));
        Assert.Empty(ScalePlanner.Plan(input).Machines);

        pool.Spec.ScaleDown!.Consolidation!.Mode = "MultiNode";
        ScalePlan plan = ScalePlanner.Plan(input);

        Assert.Equal("six", Assert.Single(plan.Machines).Shape);
        Assert.Equal(["claim-n1", "claim-n2"], plan.Plans["workers/1"].Replaces!.Claims.Values.Order());
        input = Ready(input, ClaimOf(pool, plan, plan.Machines[0]), "n3", "6", "12Gi");
        Assert.Equal(
            ["n1", "n2"],
            ScalePlanner.Plan(input).Nodes.Where(static one => one.Decision == "Remove").Select(static one => one.Node).Order()
        );
    }

    [Theory]
    [InlineData("off")]
    [InlineData("no price")]
    [InlineData("young pod")]
    [InlineData("small saving")]
    [InlineData("node limit")]
    [InlineData("budget")]
    [InlineData("pending pods")]
    public void No_node_is_replaced_for_its_price_with(string obstacle)
    {
        NodeSmithPool pool = Priced();
        Pod web = Waiting("web", "1500m").On("n1");
        List<Pod> pods = [web];
        switch (obstacle)
        {
            case "off":
                pool.Spec.ScaleDown!.Consolidation!.Replace = null;
                break;
            case "no price":
                pool.Spec.Price = null;
                break;
            case "young pod":
                web.Status.StartTime = Now.AddMinutes(-9);
                break;
            case "small saving":
                pool.Spec.Price!.Shapes = new() { ["four"] = "1.00", ["two"] = "0.96" };
                break;
            case "node limit":
                pool.Spec.Limits.MaxNodes = 1;
                break;
            case "budget":
                pool.Spec.ScaleDown!.Budgets = [new() { Nodes = "0", Reasons = ["Underutilized"] }];
                break;
            default:
                pods.Add(Waiting("large", "4"));
                break;
        }

        ScaleInput input = Running(pool, 1, pods);
        input.Claims[0].Spec.Shape = "four";

        Assert.DoesNotContain(ScalePlanner.Plan(input).Machines, static machine => machine.Reason == Reason.Underutilized);
    }

    public static TheoryData<string, string, string> Obstacles =>
        new()
        {
            // Nothing hinders it: the decision and its reason.
            { "", AutoscalerDecision.Wait, Reason.Drifted },
            { "do-not-disrupt", AutoscalerDecision.Keep, Reason.DoNotDisrupt },
            { "safe-to-evict", AutoscalerDecision.Keep, Reason.DoNotDisrupt },
            { "scale-down-disabled", AutoscalerDecision.Keep, Reason.DoNotDisrupt },
            { "update", AutoscalerDecision.Keep, Reason.PoolUpdate },
            { "budget", AutoscalerDecision.Wait, Reason.DisruptionBudget },
            { "other budget", AutoscalerDecision.Wait, Reason.Drifted },
            { "pdb", AutoscalerDecision.Wait, Reason.PodDisruptionBudget },
            { "limit", AutoscalerDecision.Wait, Reason.Drifted },
        };

    [Theory]
    [MemberData(nameof(Obstacles))]
    public void An_outdated_node_is_replaced_unless_something_forbids_it(string obstacle, string decision, string reason)
    {
        ScaleInput input = Drifted(Waiting("web", "1500m").On("n1"));
        (NodeSmithPool pool, Pod web) = (input.Pools[0], input.Pods[0]);
        switch (obstacle)
        {
            case "do-not-disrupt":
                web.Metadata.Annotations = new() { ["karpenter.sh/do-not-disrupt"] = "true" };
                break;
            case "safe-to-evict":
                web.Metadata.Annotations = new() { ["cluster-autoscaler.kubernetes.io/safe-to-evict"] = "false" };
                break;
            case "scale-down-disabled":
                input.Nodes[0].Metadata.Annotations = new() { ["cluster-autoscaler.kubernetes.io/scale-down-disabled"] = "true" };
                break;
            case "update":
                pool.Metadata.Annotations = new() { [NodeSmithNames.UpdateAnnotation] = "kubenodesmith/roll" };
                break;
            case "budget":
                pool.Spec.ScaleDown!.Budgets = [new() { Nodes = "0", Reasons = ["Drifted"] }];
                break;
            case "other budget":
                pool.Spec.ScaleDown!.Budgets = [new() { Nodes = "0", Reasons = ["Empty", "Expired"] }];
                break;
            case "pdb":
                input = input with
                {
                    Budgets =
                    [
                        new()
                        {
                            Metadata = new() { Name = "web", Namespace = "shop" },
                            Spec = new() { Selector = new() { MatchLabels = new() { ["app"] = "web" } } },
                            Status = new() { DisruptionsAllowed = 0 },
                        },
                    ],
                };
                break;
            case "limit":
                pool.Spec.Limits.MaxNodes = 1;
                break;
            default:
                break;
        }

        ScalePlan plan = ScalePlanner.Plan(input);

        Assert.Equal((decision, reason), Verdict(plan, "n1"));
        Assert.Equal(obstacle is "" or "other budget" ? 1 : 0, plan.Machines.Count);
    }

    [Fact]
    public void One_outdated_node_of_a_pool_is_replaced_at_a_time_by_default()
    {
        ScaleInput input = Drifted(Waiting("a", "3").On("n1"), Waiting("b", "3").On("n2"));
        input = input with { Nodes = [.. input.Nodes, Node("n2")], Claims = [.. input.Claims, Old("n2")] };

        ScalePlan plan = ScalePlanner.Plan(input);
        NodeSmithClaim claim = ClaimOf(input.Pools[0], plan, Assert.Single(plan.Machines));
        input = input with { Claims = [.. input.Claims, claim] };
        Assert.Empty(ScalePlanner.Plan(input).Machines);

        input.Pools[0].Spec.ScaleDown!.Budgets = [new() { Nodes = "2" }];
        Assert.Single(ScalePlanner.Plan(input).Machines);
    }

    [Fact]
    public void A_pool_at_its_minimum_gets_the_replacement_of_an_outdated_node_first()
    {
        ScaleInput input = Drifted();
        input.Pools[0].Spec.Limits.MinNodes = 1;

        ScalePlan plan = ScalePlanner.Plan(input);

        NodeSmithClaim claim = ClaimOf(input.Pools[0], plan, Assert.Single(plan.Machines));
        input = Ready(input, claim, "n2", "4", "8Gi");
        Assert.Equal((AutoscalerDecision.Remove, Reason.Drifted), Verdict(ScalePlanner.Plan(input), "n1"));
    }

    [Fact]
    public void A_node_is_replaced_at_its_age()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleDown = new() { ExpireAfter = "3h" };
        ScaleInput input = Running(pool, 1, Waiting("web").On("n1"));

        ScalePlan young = ScalePlanner.Plan(input);
        Assert.Equal((0, Now.AddHours(1)), (young.Machines.Count, young.NextChangeAt));

        ScalePlan old = ScalePlanner.Plan(input with { Now = Now.AddHours(1) });
        Assert.Equal(Reason.Expired, Assert.Single(old.Machines).Reason);
        Assert.Equal((AutoscalerDecision.Wait, Reason.Expired), Verdict(old, "n1"));
    }

    private static NodeSmithPool Priced(params (string Name, long Cores, long MiB)[] shapes)
    {
        NodeSmithPool pool = Pool("workers", shapes.Length > 0 ? shapes : [("two", 2, 4096), ("four", 4, 8192)]);
        pool.Metadata.Uid = "pool";
        pool.Spec.Price = new() { Currency = "EUR", PerCoreHour = "0.1" };
        pool.Spec.ScaleDown = new()
        {
            Consolidation = new() { Mode = "SingleNode", Replace = true },
        };
        return pool;
    }

    private static ScaleInput Drifted(params IEnumerable<Pod> pods)
    {
        NodeSmithPool pool = Fours();
        pool.Metadata.Uid = "pool";
        pool.Spec.ScaleDown = new() { ReplaceDrifted = true };
        return Running(pool, 1, pods) with { Claims = [Old("n1")] };
    }

    private static NodeSmithClaim Old(string node)
    {
        NodeSmithClaim claim = Claim(node);
        claim.Spec.Shape = "gone";
        return claim;
    }

    private static NodeSmithClaim ClaimOf(NodeSmithPool pool, ScalePlan plan, NodeScalePlanMachine machine)
    {
        NodeSmithClaim claim = ClaimDraft.Of(
            pool,
            9,
            machine.CpuCores,
            machine.Memory >> 20,
            machine.Shape,
            machine.Zone,
            plan.Plans[machine.Id]
        );
        claim.Metadata.Uid = "new";
        return claim;
    }

    private static ScaleInput Ready(ScaleInput input, NodeSmithClaim claim, string node, string cpu, string memory)
    {
        claim.Status = new()
        {
            NodeName = node,
            Conditions =
            [
                new()
                {
                    Type = NodeSmithConditions.Initialized,
                    Status = "True",
                    LastTransitionTime = input.Now,
                },
                Condition(NodeSmithConditions.Ready),
            ],
        };
        return input with
        {
            Claims = [.. input.Claims.Where(one => one != claim), claim],
            Nodes = [.. input.Nodes, Node(node, cpu, memory)],
        };
    }

    private static (string Decision, string Reason) Verdict(ScalePlan plan, string node) =>
        (plan.Node(node).Decision, plan.Node(node).Reason);
}

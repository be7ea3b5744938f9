using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Nodes;
using NodeManager.Kubernetes.Models;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;
using Reason = NodeManager.AutoscalerReason;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

// Nodes whose replacement is delayed, given up or not possible.
public sealed partial class ReplacementTests
{
    private static readonly NodeLock Held = new()
    {
        Kind = NodeLockKind.Drain,
        Holder = "ann@desk/1",
        Operation = "drain-1",
        DurationSeconds = 60,
    };

    [Theory]
    [InlineData("")]
    [InlineData("lock")]
    [InlineData("budget")]
    public void A_replacement_removes_the_node_that_it_is_for_and_no_other(string obstacle)
    {
        // Without pods, all nodes are removed in the order of their names, and the replacement is for the last one.
        ScaleInput input = Drifted();
        input.Pools[0].Spec.Limits.MinNodes = 3;
        input.Pools[0].Spec.ScaleDown!.Budgets = [new() { Nodes = "2" }];
        input = input with { Nodes = [Node("n1"), Node("n2"), Node("n3")], Claims = [Old("n1"), Old("n2"), Old("n3")] };
        MachineReplacement replacement = new(Reason.Drifted, new Dictionary<string, string> { ["claim-n3"] = "claim-n3" });
        NodeSmithClaim claim = ClaimDraft.Of(
            input.Pools[0],
            9,
            4,
            8192,
            "four",
            "",
            new(new Dictionary<string, decimal>(), []) { Replaces = replacement }
        );
        claim.Metadata.Uid = "new";
        input = Ready(input, claim, "n4", "4", "8Gi");
        if (obstacle == "budget")
            input.Pools[0].Spec.ScaleDown!.Budgets = [new() { Nodes = "0" }];
        if (obstacle == "lock")
            input = input with { Locks = new Dictionary<string, NodeLock> { ["uid-n3"] = Held } };

        ScalePlan plan = ScalePlanner.Plan(input);

        Assert.Equal(
            obstacle.Length == 0 ? ["n3"] : [],
            plan.Nodes.Where(static one => one.Decision == AutoscalerDecision.Remove).Select(static one => one.Node)
        );
        // The next one is replaced meanwhile, as the budget allows.
        Assert.Equal(obstacle == "budget" ? 0 : 1, plan.Machines.Count);
        if (obstacle == "lock")
            Assert.Equal(Now + Held.Duration, plan.NextChangeAt);
    }

    [Fact]
    public void A_replacement_that_was_given_up_is_repeated_after_a_delay_that_doubles()
    {
        ScaleInput input = Drifted(Waiting("web", "1500m").On("n1"));
        List<double> hours = [];
        for (int number = 0; number < 7; number++)
        {
            ScalePlan plan = ScalePlanner.Plan(input);
            NodeSmithClaim claim = ClaimOf(input.Pools[0], plan, Assert.Single(plan.Machines));
            // The pod fits on the new node only in the plan.
            ScaleInput ready = Ready(input, claim, "n2", "1", "8Gi");
            ready = ready with { Now = input.Now + TimeSpan.FromHours(1), Memory = ScalePlanner.Plan(ready).Memory };
            plan = ScalePlanner.Plan(ready);
            Assert.Equal((AutoscalerDecision.Wait, Reason.Drifted), Verdict(plan, "n1"));
            Assert.Contains("could not be removed", plan.Node("n1").Message, StringComparison.Ordinal);
            Assert.Empty(plan.Machines);

            // The new node is removed, and the decision stays.
            input = input with
            {
                Now = ready.Now,
                Memory = plan.Memory,
            };
            plan = ScalePlanner.Plan(input);
            Assert.Empty(plan.Machines);
            hours.Add((plan.NextChangeAt!.Value - input.Now).TotalHours);
            input = input with { Now = plan.NextChangeAt.Value, Memory = plan.Memory };
        }

        Assert.Equal([1, 2, 4, 8, 16, 24, 24], hours);
    }

    [Theory]
    [InlineData("NoCapacity")]
    [InlineData("Unavailable")]
    [InlineData("RegistrationTimeout")]
    public void A_replacement_whose_machine_cannot_be_created_stays_until_it_is_given_up(string reason)
    {
        ScaleInput input = Drifted(Waiting("web", "1500m").On("n1"));
        ScalePlan plan = ScalePlanner.Plan(input);
        NodeSmithClaim claim = ClaimOf(input.Pools[0], plan, Assert.Single(plan.Machines));
        claim.Metadata.CreationTimestamp = Now;
        NodeSmithCondition launched = Condition(NodeSmithConditions.Launched, "False");
        launched.Reason = reason;
        launched.Message = "There is no machine.";
        claim.Status = new() { Conditions = [launched] };
        input = input with { Claims = [.. input.Claims, claim], Memory = plan.Memory };

        foreach (int minutes in (int[])[0, 1, 59])
        {
            plan = ScalePlanner.Plan(input with { Now = Now.AddMinutes(minutes) });

            NodeScalePlanNode machine = Assert.Single(plan.Nodes, static one => one.Claim == "workers-9");
            Assert.Equal((AutoscalerDecision.Keep, Reason.ClaimNotReady), (machine.Decision, machine.Reason));
            Assert.Contains("when its replacement 'workers-9' is Ready", plan.Node("n1").Message, StringComparison.Ordinal);
            Assert.Empty(plan.Machines);
        }

        Assert.True(plan.NextChangeAt <= Now.AddHours(1));
        plan = ScalePlanner.Plan(input with { Now = Now.AddHours(1) });
        NodeScalePlanNode end = Assert.Single(plan.Nodes, static one => one.Claim == "workers-9");
        Assert.Equal((AutoscalerDecision.Remove, Reason.ProviderCapacity), (end.Decision, end.Reason));
        Assert.Equal(AutoscalerDecision.Wait, plan.Node("n1").Decision);
        Assert.Empty(plan.Machines);
    }

    [Fact]
    public void A_node_is_not_removed_while_its_replacement_is_not_Ready()
    {
        // Nothing runs there, so the pods do not keep it.
        ScaleInput input = Drifted();
        input.Pools[0].Spec.Limits.MinNodes = 1;
        ScalePlan plan = ScalePlanner.Plan(input);
        NodeSmithClaim claim = ClaimOf(input.Pools[0], plan, Assert.Single(plan.Machines));
        input = Ready(input, claim, "n2", "4", "8Gi");
        Assert.Equal((AutoscalerDecision.Remove, Reason.Drifted), Verdict(ScalePlanner.Plan(input), "n1"));

        input.Nodes[^1].Status.Conditions = [new() { Type = "Ready", Status = "Unknown" }];
        plan = ScalePlanner.Plan(input);

        Assert.Equal((AutoscalerDecision.Wait, Reason.Drifted), Verdict(plan, "n1"));
        Assert.Contains("when its replacement 'n2' is Ready", plan.Node("n1").Message, StringComparison.Ordinal);
        Assert.DoesNotContain(plan.Nodes, static one => one.Decision == AutoscalerDecision.Remove);
    }

    [Theory]
    [InlineData("drift")]
    [InlineData("price")]
    [InlineData("consolidation")]
    [InlineData("reclaimed")]
    public void Nothing_is_bought_for_a_pod_with_ResourceClaims(string cause)
    {
        Pod web = Waiting("web", "500m").On("n1");
        ScaleInput input = cause switch
        {
            "drift" => Drifted(web),
            "price" => Running(Priced(), 1, web),
            "reclaimed" => Running(Fours(), 1, web),
            _ => Running(Fours(), 2, web),
        };
        if (cause == "consolidation")
            input.Pools[0].Spec.ScaleDown = new() { Consolidation = new() { Mode = "SingleNode" } };
        if (cause == "reclaimed")
            input.Nodes[0].Spec.Taints = [new() { Key = NodeSmithNames.Reclaimed, Effect = "NoSchedule" }];
        bool isBought = cause is "drift" or "price" or "reclaimed";
        Assert.Equal(isBought ? 1 : 0, ScalePlanner.Plan(input).Machines.Count);

        input.Pods[0].Spec.ResourceClaims = [new() { Name = "gpu" }];
        ScalePlan plan = ScalePlanner.Plan(input);

        Assert.Empty(plan.Machines);
        // The provider takes a reclaimed machine away whatever runs there.
        Assert.Equal(
            cause == "reclaimed" ? (AutoscalerDecision.Remove, Reason.Reclaimed) : (AutoscalerDecision.Keep, Reason.ResourceClaims),
            Verdict(plan, "n1")
        );
    }

    [Theory]
    [InlineData("30m", 0.5)]
    [InlineData("2h", 2)]
    public void The_end_of_a_pods_protection_starts_a_plan(string duration, double hours)
    {
        Pod web = Waiting("web", "1500m").On("n1");
        web.Status.StartTime = Now.AddMinutes(-1);
        web.Metadata.Annotations = new() { ["karpenter.sh/do-not-disrupt"] = duration };

        ScalePlan plan = ScalePlanner.Plan(Drifted(web));

        Assert.Equal((AutoscalerDecision.Keep, Reason.DoNotDisrupt), Verdict(plan, "n1"));
        Assert.Equal(Now.AddMinutes(-1).AddHours(hours), plan.NextChangeAt);
    }
}

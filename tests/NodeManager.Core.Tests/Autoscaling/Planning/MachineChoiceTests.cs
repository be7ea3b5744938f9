using System.Text.Json;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;
using Reason = NodeManager.AutoscalerReason;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>The choice among pools and shapes: priority, price, waste, balance, fallback, and machines that are reclaimed.</summary>
public sealed class MachineChoiceTests
{
    public static TheoryData<string, int, string, string> Choices =>
        new()
        {
            // Expanders, pods of one core and 1 GiB, the machines, the beginning of the reason.
            { "", 1, "a/a-small", "" },
            { "", 4, "a/a-large", "" },
            { "priority", 1, "a/a-small", "" },
            {
                "price",
                1,
                "b/b-small",
                "Expander price: pool 'b' (b-small) costs 0.08 EUR an hour for 1 pod; pool 'a' (a-small) costs 0.1 EUR"
            },
            { "price", 4, "a/a-large", "Expander price: pool 'a' (a-large) costs 0.15 EUR an hour for 4 pods; pool 'b'" },
            {
                "price",
                2,
                "a/a-small",
                "Expander price: pool 'a' (a-small) costs 0.1 EUR an hour for 2 pods; pool 'b' (b-small) costs 0.08"
            },
            { "least-waste", 1, "b/b-small", "Expander least-waste: pool 'b' (b-small) leaves 25 % unused with 1 pod; pool 'a' (a-small)" },
            { "least-waste", 4, "a/a-small, a/a-small", "" },
            { "least-waste,price", 3, "a/a-small, b/b-small", "" },
        };

    /// <summary>Without an expander the first pool grows; the price counts for what the pods request, and not for each machine.</summary>
    [Theory]
    [MemberData(nameof(Choices))]
    public void The_expanders_choose_pool_and_shape(string expanders, int pods, string expected, string why)
    {
        ScaleInput input = Input(Pools()[0], Several(pods)) with { Pools = Pools(), Policy = Policy(expanders) };

        ScalePlan plan = ScalePlanner.Plan(input);

        Assert.Equal(expected, string.Join(", ", plan.Machines.Select(static machine => $"{machine.Pool}/{machine.Shape}")));
        Assert.Contains(why, plan.Machines[0].Message, StringComparison.Ordinal);
        Assert.Equal("EUR", plan.Machines[0].Currency);
    }

    [Fact]
    public void The_pool_with_the_highest_priority_comes_first_and_the_next_one_when_it_is_full()
    {
        NodeSmithPool[] pools = Pools();
        pools[1].Spec.Priority = 10;
        pools[1].Spec.Limits.MaxNodes = 1;
        foreach (string expanders in (string[])["", "priority", "priority,price"])
        {
            ScalePlan plan = ScalePlanner.Plan(Input(pools[0], Several(5)) with { Pools = pools, Policy = Policy(expanders) });

            Assert.Equal("b", plan.Machines[0].Pool);
            Assert.All(plan.Machines.Skip(1), static machine => Assert.Equal("a", machine.Pool));
            Assert.Equal(5, plan.Machines.Sum(static machine => machine.Pods.Count));
        }
    }

    [Fact]
    public void Prices_in_several_currencies_are_an_error_of_the_pools_that_have_them()
    {
        NodeSmithPool[] pools = Pools();
        pools[1].Spec.Price!.Currency = "USD";
        NodeSmithPool unpriced = Plan.Pool("free", ("four", 4, 8192));

        ScalePlan plan = ScalePlanner.Plan(Input(pools[0], Several(1)) with { Pools = [.. pools, unpriced], Policy = Policy("price") });

        Assert.Equal("free", Assert.Single(plan.Machines).Pool);
        Assert.Equal([Reason.PoolInvalid, Reason.PoolInvalid, Reason.NewMachine], plan.Pools.Select(static pool => pool.Reason));
        Assert.Contains("must be the same in all pools, and they have EUR, USD", plan.Pools[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Similar_pools_grow_evenly_if_the_control_plane_asks_for_it()
    {
        NodeSmithPool[] pools = [Plan.Pool("a", ("four", 4, 8192)), Plan.Pool("b", ("four", 4, 8200)), Plan.Pool("c", ("eight", 8, 8192))];
        ScaleInput input = Input(pools[0], Several(16)) with { Pools = pools };

        Assert.Equal(["a", "a", "a", "a"], ScalePlanner.Plan(input).Machines.Select(static machine => machine.Pool));
        Assert.Equal(
            ["a", "b", "a", "b"],
            ScalePlanner.Plan(input with { Policy = Policy("", balances: true) }).Machines.Select(static machine => machine.Pool)
        );
    }

    [Fact]
    public void Zones_of_a_pool_are_balanced_with_the_nodes_that_exist()
    {
        NodeSmithPool pool = Fours();
        NodeSmithClaim[] claims = [Claim(pool, 1, "a", launched: true), Claim(pool, 2, "a", launched: true)];
        ScaleInput input = Input(pool, Several(16)) with { Claims = claims };

        Assert.Equal(["b", "b"], ScalePlanner.Plan(input.InZones("a", "b")).Machines.Select(static machine => machine.Zone));
    }

    public static TheoryData<string, string, string> Failures =>
        new()
        {
            // The failure of the claim of pool a, the pool of the next machine, the pod's reason without a second pool.
            { "NoCapacity", "b", Reason.ProviderCapacity },
            { "Unavailable", "b", Reason.ProviderCapacity },
            { "Failed", "b", Reason.ClaimFailed },
            { "Launching", "", Reason.ClaimInFlight },
            { "Pending", "", Reason.ClaimInFlight },
        };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Another_pool_takes_the_pods_of_a_pool_whose_provider_has_no_machine(string failure, string next, string alone)
    {
        NodeSmithPool[] pools = Pools();
        pools[0].Spec.MachineTemplate.Shapes!.RemoveAt(1);
        NodeSmithClaim claim = Claim(pools[0], 1, null, launched: false, failure);
        ScaleInput input = Input(pools[0], Several(1)) with { Pools = pools, Claims = [claim] };

        ScalePlan plan = ScalePlanner.Plan(input);
        Assert.Equal(next, string.Join(",", plan.Machines.Select(static machine => machine.Pool)));
        // A failed claim is deleted by its pool.
        Assert.Equal(
            next.Length > 0 && failure != "Failed" ? [(claim.Metadata.Name, Reason.ProviderCapacity)] : [],
            plan.Nodes.Where(static node => node.Decision == AutoscalerDecision.Remove).Select(static node => (node.Claim, node.Reason))
        );

        ScalePlan single = ScalePlanner.Plan(input with { Pools = [pools[0]] });
        Assert.Empty(single.Machines);
        Assert.Equal(alone, Assert.Single(single.Pods).Reason);
        Assert.DoesNotContain(single.Nodes, static node => node.Decision == AutoscalerDecision.Remove);
    }

    [Fact]
    public void A_shape_without_capacity_does_not_hold_back_other_shapes_and_zones()
    {
        NodeSmithPool pool = Plan.Pool("workers", ("small", 2, 4096), ("large", 8, 16384));
        NodeSmithClaim claim = Claim(pool, 1, "a", launched: false, "NoCapacity", "small");
        ScaleInput input = Input(pool, Several(1)) with { Claims = [claim] };

        Assert.Equal(("small", "b"), Of(ScalePlanner.Plan(input.InZones("a", "b"))));
        Assert.Equal(("large", "a"), Of(ScalePlanner.Plan(input.InZones("a"))));

        static (string, string) Of(ScalePlan plan) => (Assert.Single(plan.Machines).Shape, plan.Machines[0].Zone);
    }

    [Fact]
    public void The_delay_doubles_with_each_failure_and_ends_after_a_success_or_three_hours()
    {
        NodeSmithPool[] pools = Pools();
        pools[0].Spec.MachineTemplate.Shapes!.RemoveAt(1);
        ScaleInput input = Input(pools[0], Several(1)) with { Pools = pools };
        ScaleMemory memory = ScaleMemory.Empty;
        DateTimeOffset now = Now;
        List<double> delays = [];
        for (int number = 1; number <= 5; number++)
        {
            NodeSmithClaim claim = Claim(pools[0], number, null, launched: false, "NoCapacity");
            memory = ScalePlanner.Plan(input with { Claims = [claim], Now = now, Memory = memory }).Memory;
            // The claim is gone: the pool is left alone for the delay.
            DateTimeOffset free = now;
            while (ScalePlanner.Plan(input with { Now = free, Memory = memory }).Machines.Single().Pool != "a")
                free += TimeSpan.FromMinutes(1);
            delays.Add((free - now).TotalMinutes);
            now = free;
        }

        Assert.Equal([5, 10, 20, 30, 30], delays);
        NodeSmithClaim made = Claim(pools[0], 9, null, launched: true);
        made.Status!.Conditions![0].LastTransitionTime = now;
        Assert.Empty(ScalePlanner.Plan(input with { Claims = [made], Now = now, Memory = memory }).Memory.Backoffs);
        Assert.Empty(ScalePlanner.Plan(input with { Now = now + TimeSpan.FromHours(3), Memory = memory }).Memory.Backoffs);
        Assert.NotEmpty(ScalePlanner.Plan(input with { Now = now + TimeSpan.FromHours(1), Memory = memory }).Memory.Backoffs);
    }

    [Theory]
    [InlineData(-10, null, true)]
    [InlineData(-11, null, false)]
    [InlineData(-11, -20, true)]
    [InlineData(0, 1, false)]
    public void Expendable_pods_cause_no_machine_and_keep_no_node(int priority, int? cutoff, bool counts)
    {
        ScalePolicy policy = ScalePolicy.Of([new() { Spec = new() { ExpendablePodsPriorityCutoff = cutoff } }]);
        Pod pod = Waiting("a");
        pod.Spec.Priority = priority;
        ScalePlan up = ScalePlanner.Plan(Input(Fours(), pod) with { Policy = policy });
        Assert.Equal(counts ? 1 : 0, up.Machines.Count);
        Assert.Equal(counts ? Reason.NewMachine : Reason.Expendable, Assert.Single(up.Pods).Reason);

        NodeSmithPool pool = Fours();
        (NodeSmithClaim claim, Node node) = Running(pool, 1);
        Pod running = Waiting("r").On(node.Metadata.Name);
        running.Spec.Priority = priority;
        ScalePlan down = ScalePlanner.Plan(Input(pool, running) with { Claims = [claim], Nodes = [node], Policy = policy });
        Assert.Equal(counts ? AutoscalerDecision.Keep : AutoscalerDecision.Remove, Assert.Single(down.Nodes).Decision);
    }

    [Theory]
    [InlineData("taint")]
    [InlineData("cloud")]
    [InlineData("annotation")]
    [InlineData("condition")]
    public void A_reclaimed_machine_is_drained_immediately_and_its_pods_get_the_next_one(string notice)
    {
        NodeSmithPool pool = Fours();
        pool.Spec.Limits.MinNodes = 1;
        pool.Spec.ScaleDown = new() { StabilizationWindow = "1h", Budgets = [new() { Nodes = "0" }] };
        (NodeSmithClaim claim, Node node) = Running(pool, 1);
        Pod running = Waiting("r").On(node.Metadata.Name);
        ScaleInput input = Input(pool, running) with { Claims = [claim], Nodes = [node] };
        Assert.DoesNotContain(ScalePlanner.Plan(input).Nodes, static one => one.Decision == AutoscalerDecision.Remove);
        switch (notice)
        {
            case "taint":
                node.Spec.Taints = [new() { Key = NodeSmithNames.Reclaimed, Effect = "NoSchedule" }];
                break;
            case "cloud":
                node.Spec.Taints = [new() { Key = "cloud.google.com/impending-node-termination", Effect = "NoSchedule" }];
                break;
            case "annotation":
                node.Metadata.Annotations = new() { [NodeSmithNames.Reclaimed] = "" };
                break;
            default:
                node.Status.Conditions = [.. node.Status.Conditions ?? [], new() { Type = NodeSmithNames.Reclaimed, Status = "True" }];
                break;
        }

        ScalePlan plan = ScalePlanner.Plan(input);

        NodeScalePlanNode removed = Assert.Single(plan.Nodes);
        Assert.Equal((AutoscalerDecision.Remove, Reason.Reclaimed), (removed.Decision, removed.Reason));
        NodeScalePlanMachine machine = plan.Machines[0];
        Assert.Equal((Reason.Reclaimed, "shop/r"), (machine.Reason, Assert.Single(machine.Pods)));
        Assert.Equal("Pod shop/r runs on a node that is reclaimed.", machine.Message);

        // The machine in progress is enough.
        NodeSmithClaim replacement = Claim(pool, 2, null, launched: true);
        Assert.Empty(ScalePlanner.Plan(input with { Claims = [claim, replacement] }).Machines);
    }

    private static ScalePolicy Policy(string expanders, bool balances = false) =>
        ScalePolicy.Of([
            new()
            {
                Spec = new()
                {
                    Expanders = [.. expanders.Split(',', StringSplitOptions.RemoveEmptyEntries)],
                    BalanceSimilarPools = balances,
                },
            },
        ]);

    private static NodeSmithPool[] Pools() =>
        [
            Priced(
                "a",
                """[{"name":"a-small","cpuCores":2,"memoryMiB":2048},{"name":"a-large","cpuCores":6,"memoryMiB":6144}]""",
                """{"a-small":"0.10","a-large":"0.15"}"""
            ),
            Priced(
                "b",
                """[{"name":"b-small","cpuCores":1,"memoryMiB":2048},{"name":"b-large","cpuCores":4,"memoryMiB":4096}]""",
                """{"b-small":"0.08","b-large":"0.40"}"""
            ),
        ];

    private static NodeSmithPool Priced(string name, string shapes, string prices) =>
        new()
        {
            Metadata = new() { Name = name },
            Spec = JsonSerializer.Deserialize(
                $$"""
                {"providerRef":"p","limits":{},"price":{"currency":"EUR","shapes":{{prices}}},
                 "machineTemplate":{"shapes":{{shapes}},"systemReserved":{"cpuMillicores":0,"memoryMiB":0} } }
                """,
                NodeSmithJson.Default.NodeSmithPoolSpec
            )!,
        };

    private static NodeSmithClaim Claim(
        NodeSmithPool pool,
        int number,
        string? zone,
        bool launched,
        string reason = "",
        string? shape = null
    )
    {
        NodeSmithShape chosen = pool.Spec.MachineTemplate.Shapes!.Find(one => one.Name == shape) ?? pool.Spec.MachineTemplate.Shapes[0];
        NodeSmithClaim claim = ClaimDraft.Of(pool, number, chosen.CpuCores, chosen.MemoryMiB, chosen.Name, zone ?? "");
        claim.Metadata.Uid = claim.Metadata.Name;
        bool hasFailed = reason == "Failed";
        claim.Status = new()
        {
            ProviderID = launched ? $"simulated://p/machines/{claim.Metadata.Name}" : null,
            LaunchAttempts = 1,
            Conditions =
            [
                new()
                {
                    Type = hasFailed ? NodeSmithConditions.Failed : NodeSmithConditions.Launched,
                    Status = launched || hasFailed ? "True" : "Unknown",
                    Reason = reason,
                    Message = "All 0 machines are taken.",
                    LastTransitionTime = Now,
                },
            ],
        };
        return claim;
    }

    private static (NodeSmithClaim Claim, Node Node) Running(NodeSmithPool pool, int number)
    {
        NodeSmithClaim claim = Claim(pool, number, null, launched: true);
        claim.Status!.NodeName = claim.Metadata.Name;
        claim.Status.Conditions!.AddRange(
            ((string[])[NodeSmithConditions.Initialized, NodeSmithConditions.Ready]).Select(static type => new NodeSmithCondition
            {
                Type = type,
                Status = "True",
                LastTransitionTime = Now.AddHours(-1),
            })
        );
        return (claim, PlannedWorld.Register(pool, claim, Now.AddHours(-1)));
    }
}

using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Testing;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>Machines that are not what was planned are not created again and again. NODEMANAGER_MACHINE_WORLDS sets how many worlds are tried, 30 by default.</summary>
public sealed class MachineContradictionTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_pod_for_a_disk_that_no_machine_has_gets_one_machine_and_a_reason()
    {
        PlannedWorld world = new([Fours()], static (_, _) => { });
        world.Pods.Add(
            Waiting("big").With(static pod => pod.Spec.Containers[0].Resources!.Requests!["ephemeral-storage"] = Quantity.Parse("500Gi"))
        );
        world.Pods.Add(Waiting("other"));

        world.Run(60, Step);

        NodeScalePlanPod big = world.Latest.Pod("big");
        Assert.Equal((AutoscalerDecision.Wait, AutoscalerReason.NotAsPlanned), (big.Decision, world.Latest.Pools[0].Reason));
        Assert.Contains("500Gi", big.Message, StringComparison.Ordinal);
        Assert.Contains("100Gi", big.Message, StringComparison.Ordinal);
        Assert.True(PlannedWorld.IsPlaced(world.Find("other")));
        Assert.Single(world.Created);
    }

    [Fact]
    public void A_kubelet_that_reserves_more_than_planned_costs_one_machine_and_the_next_one_is_large_enough()
    {
        NodeSmithPool pool = Pool();
        pool.Spec.MachineTemplate.SystemReserved = new() { CpuMillicores = 100, MemoryMiB = 256 };
        PlannedWorld world = new([pool], static (claim, node) => Reserve(claim, node, 760));
        world.Pods.Add(Waiting("web", "500m", "1700Mi"));

        world.Run(60, Step);

        Assert.True(PlannedWorld.IsPlaced(world.Find("web")));
        Assert.Equal(2, world.Created.Count);
        Assert.Single(world.Nodes);
    }

    [Fact]
    public void A_shape_that_is_too_small_in_reality_is_created_once_for_all_replicas_and_for_those_that_replace_them()
    {
        PlannedWorld world = new([Fours()], static (claim, node) => Reserve(claim, node, 760));
        world.Pods.Add(Waiting("web-1", "500m", "7900Mi"));
        world.Run(20, Step);
        world.Pods.Clear();
        world.Pods.AddRange(
            Several(3, static number => Waiting($"web-{number + 1}", "500m", "7900Mi").With(pod => pod.Metadata.Uid = $"new-{number}"))
        );

        world.Run(60, Step, new Random(1));

        Assert.Single(world.Created);
        Assert.Empty(world.Nodes);
        NodeScalePlanPod pod = world.Latest.Pod("web-2");
        Assert.Contains("8Gi as planned", pod.Message, StringComparison.Ordinal);
        Assert.Contains("7.3Gi", pod.Message, StringComparison.Ordinal);
        Assert.Equal(
            (AutoscalerDecision.Wait, AutoscalerReason.NotAsPlanned),
            (world.Latest.Pools[0].Decision, world.Latest.Pools[0].Reason)
        );
    }

    [Fact]
    public void A_changed_template_permits_another_attempt_and_changed_limits_do_not()
    {
        NodeSmithPool pool = Fours();
        PlannedWorld world = new([pool], static (claim, node) => Reserve(claim, node, 760));
        world.Pods.Add(Waiting("web", "500m", "7900Mi"));
        world.Run(20, Step);
        pool.Spec.Limits.MaxNodes = 7;
        world.Run(20, Step);
        Assert.Single(world.Created);

        pool.Spec.MachineTemplate.Labels = new() { ["revision"] = "2" };
        world.Run(20, Step);

        Assert.Equal(2, world.Created.Count);
    }

    [Fact]
    public void A_taint_that_no_template_has_is_waited_for_and_then_named()
    {
        PlannedWorld world = new(
            [Fours()],
            static (_, node) =>
                node.Spec.Taints = [
                    new()
                    {
                        Key = "agent",
                        Value = "missing",
                        Effect = "NoSchedule",
                    },
                ]
        );
        world.Pods.Add(Waiting("web"));

        world.Run(3, Step);

        Assert.Equal(
            (AutoscalerDecision.Wait, AutoscalerReason.NotAsPlanned),
            (world.Latest.Nodes[0].Decision, world.Latest.Nodes[0].Reason)
        );
        world.Run(60, TimeSpan.FromMinutes(5));
        Assert.Single(world.Created);
        Assert.Contains("agent", world.Latest.Pod("web").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_taint_of_the_setup_that_passes_costs_no_second_machine()
    {
        PlannedWorld world = new(
            [Fours()],
            static (_, node) =>
                node.Spec.Taints = [
                    new()
                    {
                        Key = "agent",
                        Value = "missing",
                        Effect = "NoSchedule",
                    },
                ]
        );
        world.Pods.Add(Waiting("web"));
        world.Run(3, Step);
        world.Nodes[0].Spec.Taints = null;

        world.Run(20, Step);

        Assert.True(PlannedWorld.IsPlaced(world.Find("web")));
        Assert.Single(world.Created);
    }

    [Fact]
    public void Room_that_another_pod_took_is_not_a_contradiction()
    {
        PlannedWorld world = new([Fours()], static (_, _) => { });
        world.Pods.AddRange(Several(1, "3", "6Gi"));
        world.Run(1, Step);
        // Came first to the node.
        world.Pods.Insert(0, Waiting("thief", "3", "6Gi").On(world.Nodes[0].Metadata.Name));
        Pod web = world.Find("web-001");
        web.Spec.NodeName = null;
        web.Status = Waiting("x").Status;

        world.Run(20, Step);

        Assert.True(PlannedWorld.IsPlaced(web));
        Assert.Equal(2, world.Created.Count);
    }

    [Fact]
    public void Headroom_for_which_machines_are_too_small_is_bounded_too()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.Headroom = new() { CpuCores = 1, MemoryMiB = 7900 };

        PlannedWorld world = new PlannedWorld([pool], static (claim, node) => Reserve(claim, node, 760)).Run(60, Step);

        Assert.Single(world.Created);
    }

    [Fact]
    public void Whatever_machines_turn_out_to_be_their_number_is_bounded_and_the_other_pods_get_theirs()
    {
        Config config = Config
            .QuickThrowOnFailure.WithMaxTest(ProofSize.Read("NODEMANAGER_MACHINE_WORLDS", 30))
            .WithReplay(20261122UL, 11UL);

        Check.One(config, Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), Verify));
    }

    private static void Verify(int seed)
    {
        Random random = new(seed);
        List<NodeSmithPool> pools =
        [
            .. Enumerable
                .Range(1, random.Next(1, 3))
                .Select(number =>
                    random.Next(3) == 0
                        ? Pool($"pool-{number}")
                        : Pool(
                            $"pool-{number}",
                            [.. Enumerable.Range(1, random.Next(1, 4)).Select(size => ($"s{size}", 2L << size, 4096L << size))]
                        )
                ),
        ];
        int kind = random.Next(6);
        long reserve = random.Next(0, 3000);
        double share = 1 - (random.NextDouble() * 0.6);
        PlannedWorld world = new(
            pools,
            (claim, node) =>
            {
                switch (kind)
                {
                    case 0:
                        Reserve(claim, node, reserve);
                        break;
                    case 1:
                        Scale(node, "memory", share);
                        break;
                    case 2:
                        Scale(node, "cpu", share);
                        break;
                    // Each machine is another.
                    case 3:
                        Scale(node, "memory", 1 - (random.NextDouble() * 0.6));
                        break;
                    case 4:
                        node.Spec.Taints = random.Next(2) == 0 ? null : [new() { Key = "odd", Effect = "NoSchedule" }];
                        break;
                    default:
                        node.Status.Allocatable!["pods"] = Quantity.Parse(random.Next(1, 4).ToString(CultureInfo.InvariantCulture));
                        break;
                }
            }
        );
        // Specifications of their own, so that each has its own bound.
        for (int number = 1; number <= random.Next(1, 12); number++)
        {
            Pod pod = Waiting($"p{number}", $"{random.Next(1, 80)}{number % 10}0m", $"{random.Next(100, 9000) + number}Mi");
            if (random.Next(6) == 0)
                pod.Spec.Containers[0].Resources!.Requests!["ephemeral-storage"] = Quantity.Parse($"{random.Next(1, 300)}Gi");
            world.Pods.Add(pod);
        }

        world.Run(80, TimeSpan.FromMinutes(1), random);

        int before = world.Created.Count;
        foreach (Pod pod in world.Pods)
        {
            string key = $"shop/{pod.Metadata.Name}";
            int unused = world.Created.Count(one => one.Machine.Pods.Contains(key) && !world.Used.Contains(one.Node));
            Assert.True(unused <= 2, $"{key}: {unused} machines that took no pod.");
            if (PlannedWorld.IsPlaced(pod))
                continue;
            NodeScalePlanPod verdict = world.Latest.Pod(pod.Metadata.Name);
            Assert.True(
                verdict.Decision == AutoscalerDecision.Wait && verdict.Reason is AutoscalerReason.TooLarge or AutoscalerReason.NotAsPlanned,
                $"{key}: {verdict.Decision} {verdict.Message}"
            );
            // A pod waits where it had its machines, or none is large enough in reality.
            if (verdict.Reason == AutoscalerReason.TooLarge)
                Assert.DoesNotContain(world.Created, one => one.Machine.Pods.Contains(key) && !world.Used.Contains(one.Node));
        }

        // Nothing more happens however long it goes on.
        world.Run(12, TimeSpan.FromHours(1), random);
        Assert.Equal(before, world.Created.Count);
    }

    private static void Reserve(NodeSmithClaim claim, Node node, long mebibytes) =>
        node.Status.Allocatable!["memory"] = Quantity.Parse(
            string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, claim.Spec.Requirements!.MemoryMiB!.Value - mebibytes)}Mi")
        );

    private static void Scale(Node node, string resource, double share)
    {
        decimal amount = node.Status.Allocatable![resource].Value * (decimal)share;
        node.Status.Allocatable[resource] =
            resource == "cpu"
                ? Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{(long)(amount * 1000)}m"))
                : Quantity.Parse(((long)amount).ToString(CultureInfo.InvariantCulture));
    }
}

using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>Machines that are planned though no pod waits for one.</summary>
public sealed class StandbyCapacityTests
{
    [Fact]
    public void MinNodes_and_nodeCount_are_kept_without_pods()
    {
        NodeSmithPool pool = Pool();
        pool.Spec.Limits.MinNodes = 2;
        ScalePlan plan = ScalePlanner.Plan(Input(pool));
        Assert.Equal(
            [(AutoscalerReason.MinNodes, 2L), (AutoscalerReason.MinNodes, 2L)],
            plan.Machines.Select(static machine => (machine.Reason, machine.CpuCores))
        );

        pool.Spec.NodeCount = 3;
        Assert.Equal(3, ScalePlanner.Plan(Input(pool)).Machines.Count(static machine => machine.Reason == AutoscalerReason.NodeCount));
        pool.Spec.Limits.MaxNodes = 3;
        pool.Spec.NodeCount = null;
        ScaleInput running = Running(pool, 2);
        Assert.Empty(ScalePlanner.Plan(running).Machines);
        running.Claims[0].Metadata.DeletionTimestamp = Now;
        Assert.Single(ScalePlanner.Plan(running).Machines);
    }

    [Fact]
    public void A_node_without_a_claim_does_not_replace_a_machine_of_the_pool()
    {
        NodeSmithPool pool = Pool();
        pool.Spec.Limits.MinNodes = 2;
        ScaleInput input = Input(pool) with { Nodes = [Node("by-hand")] };

        Assert.Equal(2, ScalePlanner.Plan(input).Machines.Count);
        // What runs counts against what may run, whoever made it.
        pool.Spec.Limits.MaxNodes = 2;
        Assert.Single(ScalePlanner.Plan(input).Machines);
    }

    [Fact]
    public void Headroom_is_kept_free_and_used_before_new_machines()
    {
        NodeSmithPool pool = Fours();
        pool.Spec.Headroom = new() { CpuCores = 2, MemoryMiB = 2048 };

        NodeScalePlanMachine machine = Assert.Single(ScalePlanner.Plan(Input(pool)).Machines);
        Assert.Equal((AutoscalerReason.Headroom, 0), (machine.Reason, machine.Pods.Count));
        Assert.Empty(ScalePlanner.Plan(Running(pool, 1)).Machines);
        ScalePlan busy = ScalePlanner.Plan(Running(pool, 1, Several(3)));
        Assert.All(busy.Pods, static pod => Assert.Equal("n1", pod.Target));
        Assert.Single(busy.Machines);
    }

    [Theory]
    [InlineData(3, null, null, 3)]
    [InlineData(null, 25, null, 3)]
    [InlineData(1, 25, null, 3)]
    [InlineData(null, null, "3", 6)]
    [InlineData(10, null, "2", 4)]
    [InlineData(null, null, null, 0)]
    public void A_buffer_asks_for_room_by_replicas_percentage_and_limits(int? replicas, int? percentage, string? cpuLimit, int pods)
    {
        CapacityBuffer buffer = new()
        {
            Metadata = new() { Name = "spare", Namespace = "shop" },
            Spec = new()
            {
                ScalableRef = new()
                {
                    ApiGroup = "apps",
                    Kind = "Deployment",
                    Name = "web",
                },
                Replicas = replicas,
                Percentage = percentage,
                Limits = cpuLimit is null ? null : new() { ["cpu"] = System.Text.Json.JsonSerializer.SerializeToElement(cpuLimit) },
            },
        };
        BufferTarget target = new("Deployment", "shop", "web", 9, new() { Spec = Waiting("x", "500m", "1Gi").Spec });
        NodeSmithPool pool = Pool("workers", ("one", 1, 1024));
        pool.Spec.MachineTemplate.Shapes![0].MemoryMiB = 1024;

        Assert.Equal(pods, ScalePlanner.Plan(Input(pool) with { Buffers = [buffer], BufferTargets = [target] }).Machines.Count);
        buffer.Spec.ProvisioningStrategy = "example.com/other";
        Assert.Empty(ScalePlanner.Plan(Input(pool) with { Buffers = [buffer], BufferTargets = [target] }).Machines);
    }
}

using NodeManager.Autoscaling.Planning;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using static NodeManager.Core.Tests.Autoscaling.Planning.Plan;

namespace NodeManager.Core.Tests.Autoscaling.Planning;

/// <summary>Pods between two nodes: their room is not planned for others.</summary>
public sealed class MovingPodTests
{
    [Theory]
    [InlineData("nothing", 1)]
    [InlineData("running on a node that leaves", 0)]
    [InlineData("terminating on a node that leaves", 0)]
    [InlineData("new", 0)]
    [InlineData("of another scheduler", 1)]
    public void A_place_is_kept_for_a_pod_that_moves(string moving, int removed)
    {
        // The pod of one node fits on another, unless the moving pod needs that room.
        NodeSmithPool pool = Fours();
        pool.Spec.ScaleDown = new() { Consolidation = new() { Mode = "MultiNode" } };
        Pod first = Waiting("first", "2").On("n1");
        switch (moving)
        {
            case "nothing":
                first = Waiting("first", "500m").On("n3");
                break;
            case "terminating on a node that leaves":
                first.Metadata.DeletionTimestamp = Now;
                break;
            case "new":
            case "of another scheduler":
                first = Waiting("first", "2");
                first.Status.Conditions = null;
                first.Metadata.CreationTimestamp = Now.AddSeconds(moving == "new" ? -5 : -65);
                break;
            default:
                break;
        }

        ScaleInput input = Running(pool, 3, first, Waiting("second", "2").On("n2"), Waiting("third", "1500m").On("n3"));
        input.Claims[0].Metadata.DeletionTimestamp = Now;

        Assert.Equal(removed, ScalePlanner.Plan(input).Nodes.Count(static one => one.Decision == AutoscalerDecision.Remove));
    }

    [Theory]
    [InlineData("WaitForFirstConsumer", "b")]
    [InlineData("Immediate", "a")]
    public void A_pod_with_an_ephemeral_volume_on_a_reclaimed_node_gets_the_next_machine(string binding, string zone)
    {
        Pod pod = Waiting("web").With(static one => one.Spec.Volumes = [new() { Name = "scratch", Ephemeral = new() }]).On("n1");
        ScaleInput input = Running(Fours(), 1, pod).InZones("a", "b") with
        {
            VolumeClaims =
            [
                new()
                {
                    Metadata = new() { Name = "web-scratch", Namespace = "shop" },
                    Spec = new() { VolumeName = "pv", StorageClassName = "disks" },
                },
            ],
            Volumes = [new() { Metadata = new() { Name = "pv" } }],
            StorageClasses =
            [
                new()
                {
                    Metadata = new() { Name = "disks" },
                    Provisioner = "example.com/disks",
                    VolumeBindingMode = binding,
                    AllowedTopologies = [new() { MatchLabelExpressions = [new() { Key = Zone, Values = ["b"] }] }],
                },
            ],
        };
        input.Nodes[0].Spec.Taints = [new() { Key = NodeSmithNames.Reclaimed, Effect = "NoSchedule" }];

        NodeScalePlanMachine machine = Assert.Single(ScalePlanner.Plan(input).Machines);

        Assert.Equal((zone, "shop/web"), (machine.Zone, Assert.Single(machine.Pods)));
    }
}

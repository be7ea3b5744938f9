using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Scheduling.Tests;

public sealed class PodPlacementTests
{
    [Theory]
    [InlineData(20, "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu.")]
    [InlineData(
        33,
        "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod."
    )]
    [InlineData(
        37,
        "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod."
    )]
    public void Reasons_are_summed_up_like_by_the_scheduler(int minor, string message)
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            [Make.Node("a"), Make.Node("b"), Make.Node("c", spec: """{"unschedulable":true}""")],
            [Make.On("a", "1", requests: """{"cpu":"2"}"""), Make.On("b", "2", requests: """{"cpu":"2"}""")],
            minor
        );
        Placement placement = PodPlacement.Find(Make.Pod("""{"containers":[{"resources":{"requests":{"cpu":"3"}}}]}"""), snapshot);
        Assert.Equal((FitVerdict.DoesNotFit, null, message), (placement.Verdict, placement.Node, placement.Message));
    }

    [Fact]
    public void Without_nodes_nothing_can_be_placed() =>
        Assert.Equal("no nodes available to schedule pods", PodPlacement.Find(Make.Pod(), new ClusterSnapshot()).Message);

    [Fact]
    public void The_least_allocated_node_wins_and_ties_are_broken_by_name()
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            [Make.Node("c"), Make.Node("b"), Make.Node("a")],
            [Make.On("a", "1", requests: """{"cpu":"2"}""")]
        );
        Assert.Equal("b", PodPlacement.Find(Make.Pod(), snapshot).Node);
    }

    [Fact]
    public void Pods_of_one_owner_spread_over_nodes()
    {
        string[] names = ["a", "b", "c"];
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            names.Select(name => Make.Node(name, $$"""{"kubernetes.io/hostname":"{{name}}"}""")),
            []
        );
        for (int index = 0; index < 6; index++)
        {
            Pod pod = Make.Pod(name: $"web-{index}");
            pod.Metadata.OwnerReferences =
            [
                new()
                {
                    Kind = "ReplicaSet",
                    Name = "web",
                    Uid = "1",
                    Controller = true,
                },
            ];
            snapshot.Assume(pod, PodPlacement.Find(pod, snapshot).Node!);
        }
        Assert.All(snapshot.Nodes, node => Assert.Equal(2, node.Pods.Count));
    }

    [Fact]
    public void Preferences_and_PreferNoSchedule_taints_decide_between_feasible_nodes()
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            [
                Make.Node("a", spec: """{"taints":[{"key":"slow","effect":"PreferNoSchedule"}]}"""),
                Make.Node("b"),
                Make.Node("c", """{"disk":"ssd"}"""),
            ],
            []
        );
        Assert.Equal("b", PodPlacement.Find(Make.Pod(), snapshot).Node);
        Pod pod = Make.Pod(
            """
            {"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":10,"preference":{"matchExpressions":[{"key":"disk","operator":"Exists"}]}}]}}}
            """
        );
        Assert.Equal("c", PodPlacement.Find(pod, snapshot).Node);
    }

    [Fact]
    public void A_plan_moves_the_pods_of_several_nodes_together()
    {
        Pod[] pods = [Make.On("a", "1", requests: """{"cpu":"3"}"""), Make.On("b", "2", requests: """{"cpu":"3"}""")];
        ClusterSnapshot snapshot = ClusterSnapshot.Of([Make.Node("a"), Make.Node("b"), Make.Node("c")], pods);
        foreach (Pod pod in pods)
            snapshot.RemovePod(pod);
        List<FitVerdict> verdicts = [];
        foreach (Pod pod in pods)
        {
            pod.Spec.NodeName = null;
            Placement placement = PodPlacement.Find(pod, snapshot, node => node.Name == "c");
            verdicts.Add(placement.Verdict);
            if (placement.Node is not null)
                snapshot.Assume(pod, placement.Node);
        }
        Assert.Equal([FitVerdict.Fits, FitVerdict.DoesNotFit], verdicts);
        Assert.Equal((3m, 1m), (snapshot.Node("c")!.Requested("cpu"), snapshot.Node("c")!.Free("cpu")));
    }

    [Fact]
    public void Pods_known_before_their_node_count_when_the_node_is_added()
    {
        ClusterSnapshot snapshot = new();
        snapshot.SetPod(Make.On("a", "1", requests: """{"cpu":"1"}"""));
        snapshot.SetNode(Make.Node("a"));
        Assert.Equal(1, snapshot.Node("a")!.Requested("cpu"));
        snapshot.RemoveNode("a");
        snapshot.SetNode(Make.Node("a"));
        Assert.Equal(1, snapshot.Node("a")!.Requested("cpu"));
    }
}

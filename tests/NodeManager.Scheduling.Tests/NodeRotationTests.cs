using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Scheduling.Tests;

public sealed class NodeRotationTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(99, 99)]
    [InlineData(100, 100)]
    [InlineData(250, 120)]
    [InlineData(1000, 420)]
    [InlineData(5000, 500)]
    [InlineData(20000, 1000)]
    public void As_many_nodes_as_kube_scheduler_looks_for_are_enough(int nodes, int enough) =>
        Assert.Equal(enough, NodeRotation.Enough(nodes));

    [Fact]
    public void Pods_are_placed_over_all_nodes_of_a_large_cluster_and_its_zones()
    {
        ClusterSnapshot snapshot = Snapshot(600);
        NodeRotation rotation = new();
        Dictionary<string, int> zones = new(StringComparer.Ordinal),
            nodes = new(StringComparer.Ordinal);
        for (int index = 0; index < 600; index++)
        {
            Pod pod = Pod(index);
            string name = PodPlacement.Find(pod, snapshot, rotation).Node!;
            snapshot.Assume(pod, name);
            nodes[name] = nodes.GetValueOrDefault(name) + 1;
            string zone = snapshot.Node(name)!.Label("topology.kubernetes.io/zone")!;
            zones[zone] = zones.GetValueOrDefault(zone) + 1;
        }

        Assert.InRange(nodes.Count, 540, 600);
        Assert.All(nodes.Values, static count => Assert.InRange(count, 1, 2));
        Assert.Equal(3, zones.Count);
        Assert.All(zones.Values, static count => Assert.InRange(count, 180, 220));
    }

    [Fact]
    public void In_a_small_cluster_the_best_of_all_nodes_is_found()
    {
        ClusterSnapshot snapshot = Snapshot(60);
        NodeRotation rotation = new();
        for (int index = 0; index < 120; index++)
        {
            Pod pod = Pod(index);
            string? best = PodPlacement.Find(pod, snapshot).Node;
            Assert.Equal(best, PodPlacement.Find(pod, snapshot, rotation).Node);
            snapshot.Assume(pod, best!);
        }
    }

    [Fact]
    public void A_pod_that_fits_on_no_node_is_refused_by_every_node()
    {
        ClusterSnapshot snapshot = Snapshot(300);
        Pod pod = Pod(0);
        pod.Spec.Containers[0].Resources!.Requests!["cpu"] = Kubernetes.Quantities.Quantity.Parse("64");
        Assert.Equal(300, PodPlacement.Find(pod, snapshot, new NodeRotation()).Refusals.Count);
    }

    private static ClusterSnapshot Snapshot(int nodes)
    {
        ClusterSnapshot snapshot = new();
        for (int index = 0; index < nodes; index++)
        {
            // By name all of one zone come first.
            string zone = "zone-" + "abc"[index * 3 / nodes];
            snapshot.SetNode(
                new()
                {
                    Metadata = new()
                    {
                        Name = "node-" + index.ToString("0000", CultureInfo.InvariantCulture),
                        Labels = new() { ["topology.kubernetes.io/zone"] = zone },
                    },
                    Status = new() { Allocatable = Amounts("8", "32Gi", "110") },
                }
            );
        }

        return snapshot;
    }

    private static Pod Pod(int index) =>
        new()
        {
            Metadata = new() { Namespace = "default", Name = "pod-" + index.ToString(CultureInfo.InvariantCulture) },
            Spec = new()
            {
                Containers =
                [
                    new()
                    {
                        Name = "main",
                        Resources = new() { Requests = Amounts("1", "4Gi", null) },
                    },
                ],
            },
        };

    private static Dictionary<string, Kubernetes.Quantities.Quantity> Amounts(string cpu, string memory, string? pods)
    {
        Dictionary<string, Kubernetes.Quantities.Quantity> amounts = new()
        {
            ["cpu"] = Kubernetes.Quantities.Quantity.Parse(cpu),
            ["memory"] = Kubernetes.Quantities.Quantity.Parse(memory),
        };
        if (pods is not null)
            amounts["pods"] = Kubernetes.Quantities.Quantity.Parse(pods);
        return amounts;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Tests.Support;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Nodes;

public sealed class NodeMapperTests
{
    private static readonly NodeManagerSession Session = new()
    {
        Id = 1,
        Cluster = "prod",
        Source = "Kubeconfig",
        Server = new("https://prod/"),
    };
    private static readonly DateTimeOffset Now = new(2025, 3, 1, 0, 0, 5, TimeSpan.Zero);

    [Fact]
    public void All_fields_of_a_node_are_read()
    {
        ClusterNode node = NodeMapper.Map(Sample.Node(), Session, Now);

        Assert.Equal("worker-1", node.Name);
        Assert.Equal("prod", node.Cluster);
        Assert.Same(Session, node.Session);
        Assert.Equal("Ready", node.Status);
        Assert.True(node.Unschedulable);
        Assert.Equal(["gpu", "worker"], node.Roles);
        Assert.Equal(new(2025, 1, 2, 3, 4, 5, TimeSpan.Zero), node.CreatedAt);
        Assert.Equal(Now, node.ObservedAt);
        Assert.Equal(Now - node.CreatedAt, node.Age);
        Assert.Equal("v1.34.2", node.KubeletVersion);
        Assert.Equal("containerd://1.7.27", node.ContainerRuntime);
        Assert.Equal("linux", node.OperatingSystem);
        Assert.Equal("Ubuntu 24.04.2 LTS", node.OSImage);
        Assert.Equal("6.8.0-1021-aws", node.KernelVersion);
        Assert.Equal("amd64", node.Architecture);
        Assert.Equal("b-1", node.BootId);
        Assert.Equal("10.0.0.11", node.InternalIP);
        Assert.Equal("203.0.113.7", node.ExternalIP);
        Assert.Equal(4, node.Addresses.Count);
        Assert.Equal("eu-1a", node.Zone);
        Assert.Equal("eu-1", node.Region);
        Assert.Equal("m6i.4xlarge", node.InstanceType);
        Assert.Equal("aws:///eu-1a/i-0abc", node.ProviderId);
        Assert.Equal(["10.244.3.0/24", "fd00:3::/64"], node.PodCidrs);
        Assert.Equal("amd64", node.Labels["kubernetes.io/arch"]);
        Assert.Equal("0", node.Annotations["node.alpha.kubernetes.io/ttl"]);
        Assert.Equal("nvidia.com/gpu=present:NoSchedule, node.kubernetes.io/unschedulable:NoSchedule", node.Taints.ToString());
        Assert.Equal(new(2025, 2, 3, 4, 5, 6, TimeSpan.Zero), node.Taints[1].TimeAdded);
        Assert.Equal("KubeletReady", node.Conditions[1].Reason);
        Assert.Equal(new(2025, 1, 2, 3, 5, 5, TimeSpan.Zero), node.Conditions[1].LastTransitionTime);
        Assert.Equal("4711", node.ResourceVersion);
        Assert.Equal("0c9c2a4e-6f1d-4f8e-9d5c-3f2b6a7d1e10", node.Uid);
    }

    [Fact]
    public void Nothing_of_a_mapped_node_changes_when_the_next_one_is_read_into_its_object()
    {
        Node node = Sample.Node();
        ClusterNode mapped = NodeMapper.Map(node, Session, Now);
        string before = Lists(mapped);

        node.Metadata.Labels!.Clear();
        node.Metadata.Annotations!.Clear();
        node.Spec.Taints!.Clear();
        node.Spec.PodCIDRs!.Clear();
        node.Status.Addresses!.Clear();
        foreach (Condition condition in node.Status.Conditions!)
            (condition.Status, condition.Reason) = ("Unknown", "Changed");
        node.Status.Conditions.Clear();

        Assert.Equal(before, Lists(mapped));

        static string Lists(ClusterNode node) =>
            JsonSerializer.Serialize(
                new
                {
                    node.Labels,
                    node.Annotations,
                    node.Taints,
                    node.PodCidrs,
                    node.Addresses,
                    node.Conditions,
                    node.Roles,
                    node.Status,
                }
            );
    }

    [Fact]
    public void Nodes_with_the_same_amounts_share_what_users_see_of_them()
    {
        // Another test, or the other amounts of the two, may take their place of the table: other nodes have other places.
        Assert.Contains(Enumerable.Range(0, 20), static _ => IsShared(Sample.Node(), Sample.Node()));

        static bool IsShared(Node one, Node other)
        {
            other.Status.Capacity = one.Status.Capacity;
            return ReferenceEquals(NodeMapper.Map(one, Session, Now).Capacity, NodeMapper.Map(other, Session, Now).Capacity);
        }
    }

    [Fact]
    public void A_node_is_mapped_in_few_bytes()
    {
        Node node = Sample.Node();
        // The first maps what nodes share.
        long least = Enumerable
            .Range(0, 20)
            .Min(_ =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                ClusterNode kept = NodeMapper.Map(node, Session, Now);
                long cost = GC.GetAllocatedBytesForCurrentThread() - before;
                GC.KeepAlive(kept);
                return cost;
            });

        // 1,744 bytes when this was written.
        Assert.InRange(least, 1, 1900);
    }

    [Fact]
    public void Quantities_are_mapped_to_numbers()
    {
        ClusterNode node = NodeMapper.Map(Sample.Node(), Session, Now);

        Assert.Equal(15.89m, node.Allocatable.Cpu);
        Assert.Equal(64775532L * 1024, node.Allocatable.Memory);
        Assert.Equal(95551679124, node.Allocatable.EphemeralStorage);
        Assert.Equal(110, node.Allocatable.Pods);
        Assert.Equal(4, node.Allocatable.Extended["nvidia.com/gpu"]);
        Assert.Equal(64 * 1024 * 1024, node.Allocatable.Extended["hugepages-2Mi"]);
        Assert.Equal(16, node.Capacity.Cpu);
        Assert.DoesNotContain("cpu", node.Capacity.Extended.Keys);
    }

    [Theory]
    [InlineData("True", "Ready")]
    [InlineData("False", "NotReady")]
    [InlineData("Unknown", "Unknown")]
    public void Status_follows_the_Ready_condition(string condition, string status) =>
        Assert.Equal(status, NodeMapper.Map(Read(Sample.NodeJson("n", ready: condition)), Session, Now).Status);

    [Fact]
    public void A_new_node_has_status_Unknown_and_no_null_properties()
    {
        Node bare = Sample.Node("""{"metadata":{"name":"new"}}""");
        ClusterNode node = NodeMapper.Map(bare, Session, Now);

        Assert.Equal("Unknown", node.Status);
        Assert.Equal(TimeSpan.Zero, node.Age);
        Assert.All(typeof(ClusterNode).GetProperties().Where(p => p.PropertyType == typeof(string)), p => Assert.NotNull(p.GetValue(node)));
        Assert.Empty(node.Roles);
        Assert.Equal(0, node.Allocatable.Memory);
    }

    [Fact]
    public void Without_usage_its_numbers_are_empty()
    {
        ClusterNode node = NodeMapper.Map(Sample.Node(), Session, Now);

        Assert.Null(node.PodCount);
        Assert.Null(node.Requested);
        Assert.Null(node.Usage);
        Assert.Null(node.CpuRequestedPercent);
    }

    [Fact]
    public void Usage_comes_with_percentages_of_the_allocatable()
    {
        var metrics = JsonSerializer.Deserialize(
            """{"metadata":{"name":"n"},"timestamp":"2025-03-01T00:00:00Z","usage":{"cpu":"500000000n","memory":"2Gi"}}""",
            KubernetesJson.Default.NodeMetrics
        )!;
        var load = new NodeLoad(
            7,
            new Dictionary<string, decimal>
            {
                ["cpu"] = 1.3333m,
                ["memory"] = 1024m * 1024 * 1024,
                ["pods"] = 7,
            },
            metrics
        );
        ClusterNode node = NodeMapper.Map(Read(Sample.NodeJson("n")), Session, Now, load);

        Assert.Equal(7, node.PodCount);
        Assert.Equal(1.3333m, node.Requested!.Cpu);
        Assert.Equal(33.3m, node.CpuRequestedPercent);
        Assert.Equal(12.5m, node.MemoryRequestedPercent);
        Assert.Equal(0.5m, node.Usage!.Cpu);
        Assert.Equal(12.5m, node.Usage.CpuPercent);
        Assert.Equal(25m, node.Usage.MemoryPercent);
        Assert.Equal(new(2025, 3, 1, 0, 0, 0, TimeSpan.Zero), node.Usage.MeasuredAt);
    }

    [Fact]
    public void Without_allocatable_resources_there_is_no_percentage()
    {
        Node bare = Sample.Node("""{"metadata":{"name":"new"}}""");
        var load = new NodeLoad(1, new Dictionary<string, decimal> { ["cpu"] = 1 }, null);

        Assert.Null(NodeMapper.Map(bare, Session, Now, load).CpuRequestedPercent);
    }

    [Fact]
    public void Deprecated_labels_are_used_where_the_current_labels_are_missing()
    {
        ClusterNode node = NodeMapper.Map(
            Read(
                Sample.NodeJson(
                    "n",
                    labels: """{"failure-domain.beta.kubernetes.io/zone":"z","failure-domain.beta.kubernetes.io/region":"r","kubernetes.io/role":"master"}"""
                )
            ),
            Session,
            Now
        );

        Assert.Equal("z", node.Zone);
        Assert.Equal("r", node.Region);
        Assert.Equal(["master"], node.Roles);
    }

    [Fact]
    public void The_session_is_not_serialized()
    {
        string json = JsonSerializer.Serialize(NodeMapper.Map(Sample.Node(), Session, Now));

        Assert.DoesNotContain("\"Session\"", json, StringComparison.Ordinal);
    }

    private static Node Read(JsonNode json) => Sample.Node(json.ToJsonString());
}

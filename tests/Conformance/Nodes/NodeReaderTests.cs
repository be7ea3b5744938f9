using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;

namespace NodeManager.Conformance.Nodes;

public sealed class NodeReaderTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_show_roles_status_and_versions(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync(n =>
            n.Label("node-role.kubernetes.io/worker", "")
                .Label("topology.kubernetes.io/zone", "z1")
                .Label("topology.kubernetes.io/region", "r1")
                .Label("node.kubernetes.io/instance-type", "large")
                .Annotate("example.com/note", "hello")["spec"] = new JsonObject
            {
                ["taints"] = new JsonArray(
                    new JsonObject
                    {
                        ["key"] = "gpu",
                        ["value"] = "yes",
                        ["effect"] = "NoSchedule",
                    }
                ),
                ["providerID"] = "test://" + cluster.Id,
            }
        );
        NodeManagerSession session = await cluster.ConnectAsync();

        ClusterNode node = Assert.Single(await ReadAsync(session, new() { Names = [name] }));

        Assert.Equal((name, NodeStatus.Ready, false), (node.Name, node.Status, node.Unschedulable));
        Assert.Equal((session.Cluster, "z1", "r1", "large"), (node.Cluster, node.Zone, node.Region, node.InstanceType));
        Assert.Equal("worker", node.Roles.ToString());
        Assert.Equal("gpu=yes:NoSchedule", node.Taints.ToString());
        Assert.Equal("hello", node.Annotations["example.com/note"]);
        Assert.Equal((8m, 32L << 30, 110L), (node.Capacity.Cpu, node.Allocatable.Memory, node.Allocatable.Pods));
        Assert.Equal(
            ("v1.20.2", "linux", "amd64", "Simulated Linux"),
            (node.KubeletVersion, node.OperatingSystem, node.Architecture, node.OSImage)
        );
        Assert.Equal("test://" + cluster.Id, node.ProviderId);
        Assert.InRange(node.Age, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(5));
        Assert.Null(node.PodCount);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Filters_select_nodes(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> names = await cluster.AddNodesAsync(
            4,
            n =>
            {
                string name = n["metadata"]!["name"]!.GetValue<string>();
                n.Label("topology.kubernetes.io/zone", name.EndsWith("-1", StringComparison.Ordinal) ? "z1" : "z2");
                if (name.EndsWith("-2", StringComparison.Ordinal))
                    n.Label("node-role.kubernetes.io/infra", "");
            }
        );
        NodeManagerSession session = await cluster.ConnectAsync();
        await NodeEditor.SetUnschedulableAsync(session, names[2], true, false, default);
        await cluster.AnnotateAsync(Kubernetes.Requests.Resources.Nodes, names[3], "ready", "false");
        await NodeWaiter.WaitAsync(session, names[3], "NotReady", Eventually.Limit, default);

        Assert.Equal("1,2,3,4", await NumbersAsync(new()));
        Assert.Equal("1", await NumbersAsync(new() { Zones = ["z1"] }));
        Assert.Equal("2", await NumbersAsync(new() { Roles = ["infra"] }));
        Assert.Equal("1,2,3", await NumbersAsync(new() { Statuses = ["Ready"] }));
        Assert.Equal("4", await NumbersAsync(new() { Statuses = ["NotReady"] }));
        Assert.Equal("3", await NumbersAsync(new() { Statuses = ["SchedulingDisabled"] }));
        Assert.Equal("1,3", await NumbersAsync(new() { Names = [$"NODE-{cluster.Id}-[13]"] }));
        Assert.Equal("2,3", await NumbersAsync(new() { Names = [names[1], names[2]] }));
        Assert.Equal("", await NumbersAsync(new() { Names = [$"no-{cluster.Id}-*"] }));

        async Task<string> NumbersAsync(NodeQuery query)
        {
            IReadOnlyList<ClusterNode> nodes = await ReadAsync(session, query with { Selector = cluster.Selector });
            return string.Join(',', nodes.Select(n => n.Name[^1]).Order());
        }
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_missing_name_is_reported_and_the_other_nodes_are_returned(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync();
        var missing = new List<NodeManagerException>();

        IReadOnlyList<ClusterNode> nodes = await ReadAsync(await cluster.ConnectAsync(), new() { Names = ["no-such-node", name] }, missing);

        Assert.Equal(name, Assert.Single(nodes).Name);
        Assert.Equal(ErrorIds.NodeNotFound, Assert.Single(missing).ErrorId);
        Assert.Contains("no-such-node", missing[0].Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Usage_counts_requests_as_the_scheduler_does(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string name = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("a", name);
        await cluster.AddPodAsync(
            "b",
            name,
            p =>
                p.PodSpec(
                    new()
                    {
                        ["initContainers"] = new JsonArray(
                            new JsonObject
                            {
                                ["name"] = "init",
                                ["image"] = "registry.invalid/init:1",
                                ["resources"] = new JsonObject
                                {
                                    ["requests"] = new JsonObject { ["cpu"] = "2", ["memory"] = "16Mi" },
                                },
                            }
                        ),
                    }
                )
        );
        await cluster.AddPodAsync(
            "done",
            name,
            p => p.PodSpec(new() { ["restartPolicy"] = "Never" }).Annotate("fake-kubelet/fail", "true"),
            "Failed"
        );

        ClusterNode node = Assert.Single(await ReadAsync(await cluster.ConnectAsync(), new() { Names = [name], Usage = true }));

        Assert.Equal(2, node.PodCount);
        Assert.Equal((2.1m, 128L << 20), (node.Requested!.Cpu, node.Requested.Memory));
        Assert.Equal(26.3m, node.CpuRequestedPercent);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Pods_of_a_node_are_read(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> names = await cluster.AddNodesAsync(2);
        await cluster.AddPodAsync("a", names[0], p => p.Label("tier", "gold"));
        await cluster.AddPodAsync("b", names[0], p => p.Annotate("fake-kubelet/crash", "true"));
        await cluster.AddPodAsync("c", names[1]);
        NodeManagerSession session = await cluster.ConnectAsync();

        List<NodePod> pods = await NodePodReader.ReadAsync(session, names[0], cluster.Namespace, null, default).ToListAsync();
        List<NodePod> gold = await NodePodReader.ReadAsync(session, names[0], null, "tier=gold", default).ToListAsync();

        Assert.Equal(["a: Running True", "b: Error False"], pods.OrderBy(p => p.Name).Select(p => $"{p.Name}: {p.Status} {p.Ready}"));
        Assert.Equal(["a"], gold.Select(p => p.Name));
        Assert.All(pods, p => Assert.Equal((names[0], cluster.Namespace, 0.1m), (p.NodeName, p.Namespace, p.Requested.Cpu)));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Statistics_add_up(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> names = await cluster.AddNodesAsync(
            3,
            n =>
                n.Label(
                    "topology.kubernetes.io/zone",
                    n["metadata"]!["name"]!.GetValue<string>().EndsWith("-1", StringComparison.Ordinal) ? "z1" : "z2"
                )
        );
        await cluster.AddPodAsync("a", names[0]);
        NodeManagerSession session = await cluster.ConnectAsync();
        await NodeEditor.SetUnschedulableAsync(session, names[2], true, false, default);

        ClusterStatistic all = Assert.Single(
            await ClusterStatisticReader.ReadAsync(session, null, cluster.Selector, NullObserver.Instance, default)
        );
        IReadOnlyList<ClusterStatistic> zones = await ClusterStatisticReader.ReadAsync(
            session,
            "Zone",
            cluster.Selector,
            NullObserver.Instance,
            default
        );

        Assert.Equal((3, 3, 0, 1, 1), (all.Nodes, all.Ready, all.NotReady, all.Cordoned, all.Pods));
        Assert.Equal((24m, 0.1m), (all.Allocatable.Cpu, all.Requested.Cpu));
        Assert.Equal(
            ["z1: 1 nodes, 1 pods", "z2: 2 nodes, 0 pods"],
            zones.OrderBy(z => z.Group).Select(z => $"{z.Group}: {z.Nodes} nodes, {z.Pods} pods")
        );
    }

    private static async Task<IReadOnlyList<ClusterNode>> ReadAsync(
        NodeManagerSession session,
        NodeQuery query,
        List<NodeManagerException>? missing = null
    ) => await NodeReader.ReadAsync(session, query, e => (missing ?? throw e).Add(e), NullObserver.Instance, default).ToListAsync();
}

using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Drain.Availability;

/// <summary>
/// Many pods under one budget. Small by default; NODEMANAGER_LONG_DRAIN=N has N pods on each of the nodes (100 is what is promised).
/// </summary>
public sealed class NeverUnderBudgetTests(ITestOutputHelper output)
{
    private static readonly int PodsPerNode = ProofSize.Read("NODEMANAGER_LONG_DRAIN", 3);

    // One after another, each as long as its successor takes.
    private static readonly TimeSpan Limit = Eventually.Limit + TimeSpan.FromSeconds(9 * PodsPerNode);

    [SkippableTheory]
    [AllBackends]
    public async Task Three_drained_nodes_evict_one_pod_at_a_time(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        int replicas = 3 * PodsPerNode;
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3, TakeMany);
        await cluster.AddReplicaSetAsync("web", replicas);
        string spare = await AddSpareAsync(cluster);
        foreach (string node in nodes)
            await cluster.CordonForSchedulerAsync(node);
        await cluster.AddBudgetAsync("one", "web", "maxUnavailable", 1, allows: 1);

        (IReadOnlyList<NodeDrainResult> results, IReadOnlyList<int> samples) = await SampleAsync(cluster, nodes);

        Assert.All(results, r => Assert.True(r.Status == NodeDrainStatus.Drained, r.Describe()));
        Assert.Equal(replicas, results.Sum(r => r.Evicted));
        Assert.True(samples.Min() >= replicas - 1, $"{samples.Min()} of {replicas} pods were ready");
        Assert.Equal([spare], await cluster.NodesOfReadyPodsAsync("web", replicas));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Draining_half_of_the_nodes_never_violates_the_PDB(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(4);
        int replicas = 4 * PodsPerNode;
        await cluster.AddReplicaSetAsync("web", replicas, w => w.AnnotatePods("fake-kubelet/start-delay", "1"));
        int least = replicas - 2;
        await cluster.AddBudgetAsync("most", "web", "minAvailable", least, allows: 2);

        (IReadOnlyList<NodeDrainResult> results, IReadOnlyList<int> samples) = await SampleAsync(cluster, [.. nodes.Take(2)]);

        Assert.All(results, r => Assert.True(r.Status == NodeDrainStatus.Drained, r.Describe()));
        Assert.True(samples.Min() >= least, $"{samples.Min()} of {replicas} pods were ready, the budget wants {least}");
        Assert.NotEmpty(samples);
    }

    private async Task<(IReadOnlyList<NodeDrainResult> Results, IReadOnlyList<int> Samples)> SampleAsync(
        TestCluster cluster,
        IReadOnlyList<string> nodes
    )
    {
        NodeManagerSession session = await cluster.ConnectAsync();
        (IReadOnlyList<NodeDrainResult> results, IReadOnlyList<int> samples) = await cluster.CountReadyAsync(
            "web",
            () => DrainRun.DrainAsync(session, nodes, new() { Timeout = Limit })
        );
        output.WriteLine(
            $"{samples.Count} samples in {results.Max(r => r.Duration).TotalSeconds:0.0} s; {samples.Min()} to {samples.Max()} pods ready"
        );
        return (results, samples);
    }

    private static void TakeMany(System.Text.Json.Nodes.JsonObject node)
    {
        foreach (string amount in (string[])["allocatable", "capacity"])
        {
            node["status"]![amount]!["pods"] = "400";
            node["status"]![amount]!["cpu"] = "64";
        }
    }

    private static async Task<string> AddSpareAsync(TestCluster cluster)
    {
        string name = $"node-{cluster.Id}-spare";
        System.Text.Json.Nodes.JsonObject manifest = Manifests.Node(name, cluster.Mark, "64");
        TakeMany(manifest);
        await cluster.CreateAsync(NodeManager.Kubernetes.Requests.Resources.Nodes, manifest);
        Node node = await cluster.WaitForAsync(
            NodeManager.Kubernetes.Requests.Resources.Nodes,
            name,
            n => n.Spec.Taints is null or [] && n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true
        );
        return node.Metadata.Name;
    }
}

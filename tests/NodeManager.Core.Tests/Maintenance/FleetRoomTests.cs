using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Support;
using NodeManager.Kubernetes.Models;
using NodeManager.Maintenance.Batches;
using NodeManager.Scheduling;

namespace NodeManager.Core.Tests.Maintenance;

/// <summary>Alone, as one of them measures what the process takes.</summary>
[CollectionDefinition(nameof(FleetRoomTests), DisableParallelization = true)]
[Collection(nameof(FleetRoomTests))]
public sealed class FleetRoomTests
{
    // Nodes with 4 cores: the cores of each pod, = before one that fits on its node alone, and its workload after a colon.
    [Theory]
    [InlineData("a=1:x b=1:x c=1:x d=1:x", 4, "a b c|d")]
    [InlineData("a=3:x b=3:y c=3:z d=0:w", 4, "a|b|c|d")]
    [InlineData("a=3:x b=3:y c=1:z", 4, "a|b|c")]
    [InlineData("a==1:x b==1:x c=1:y", 4, "c|a|b")]
    [InlineData("a==1:x b==1:y c=1:z", 4, "c|a b")]
    [InlineData("a=4:x b=4:y", 2, "a b")]
    [InlineData("a=4:x b=4:x", 2, "a|b")]
    public void Nodes_share_a_batch_when_their_pods_fit_on_other_nodes(string fleet, int limit, string batches) =>
        Assert.Equal(batches, Batches(fleet, limit, null));

    [Theory]
    [InlineData("a==1:x b==1:x c==1:x", 1, "a|b|c")]
    [InlineData("a==1:x b==1:x c==1:x", 2, "a b|c")]
    [InlineData("a==1:x,=1:x b==1:x c=1:y", 1, "c|b|a")]
    public void A_PDB_limits_the_pods_that_can_stay_unscheduled(string fleet, int mayMiss, string batches) =>
        Assert.Equal(batches, Batches(fleet, 3, new("default/x", mayMiss)));

    [Theory]
    [InlineData(1, "Deployment", false)]
    [InlineData(2, "Deployment", true)]
    [InlineData(2, "StatefulSet", true)]
    public void A_drain_is_blocked_when_more_pods_are_unschedulable_than_the_PDB_allows(int stranded, string kind, bool blocks)
    {
        FleetRoom room = Read($"a={string.Join(',', Enumerable.Repeat("=1:x", stranded))},1:x b=0:y", new("default/x", 1), kind);

        StrandedPods found = room.Stranded("a");

        Assert.Equal((stranded, blocks), (found.Pods.Count, found.BlocksDrain));
    }

    // Nodes b and c have two cores left each. The large pods of a fit there, unless the small ones of another workload go first.
    [Theory]
    [InlineData("2:x,2:x,1:y,1:y", 0, 1, true)]
    [InlineData("2:x,2:x,1:y,1:y", 0, 2, false)]
    [InlineData("2:x,2:x", 0, 1, false)]
    [InlineData("2:x,2:x", 2, 1, true)]
    [InlineData("1:x,1:x,1:y,1:y", 0, 1, false)]
    public void A_node_is_at_risk_when_other_pods_can_take_the_room_of_blocked_pods(string pods, int waiting, int mayMiss, bool isAtRisk)
    {
        LeavingBudget budget = new("default/x", mayMiss);
        FleetRoom room = Read($"a={pods} b=2:z c=2:z", budget, "Deployment", waiting);

        Assert.Equal((false, isAtRisk), (room.Stranded("a").BlocksDrain, room.AtRisk("a").Blocking.Contains(budget)));
    }

    [Fact]
    public void Pods_waiting_for_a_held_node_get_its_room_back()
    {
        List<Node> nodes = [Node("a", true), Node("b", true), Node("c", false)];
        Pod waiting = Pod("p", "a", "4", "x", true);
        waiting.Spec.NodeName = null;
        Pod other = Pod("q", "b", "1", "y", false);

        ReleasedNode? choice = StuckRules.Choose(
            ClusterSnapshot.Of(nodes, [other]),
            [waiting],
            ["a", "b"],
            new HashSet<string> { "a", "b" }
        );
        ReleasedNode? none = StuckRules.Choose(
            ClusterSnapshot.Of([Node("a", true), Node("c", false)], []),
            [Pod("r", "", "1", "x", false)],
            ["a"],
            new HashSet<string> { "a" }
        );

        Assert.Equal("a", choice?.Node);
        Assert.Null(none);
    }

    [Fact]
    public void A_large_fleet_is_planned_quickly()
    {
        const int Nodes = 1500,
            PodsOfNode = 10;
        List<Node> nodes = [.. Enumerable.Range(0, Nodes).Select(i => Node($"n{i:0000}", false))];
        List<Pod> pods =
        [
            .. nodes.SelectMany(
                (n, i) =>
                    Enumerable
                        .Range(0, PodsOfNode)
                        .Select(p => Pod($"p{i}-{p}", n.Metadata.Name, "200m", $"w{(i + p) % 300}", false, p == 0))
            ),
        ];
        Dictionary<string, IReadOnlyList<LeavingPod>> leaving = pods.GroupBy(p => p.Spec.NodeName!)
            .ToDictionary(g => g.Key, IReadOnlyList<LeavingPod> (g) => [.. g.Select(p => new LeavingPod(p, []))]);
        List<MaintenanceCandidate> candidates =
        [
            .. nodes.Select(n => new MaintenanceCandidate(n.Metadata.Name, n.Metadata.Name, "", false, true, true, false)),
        ];
        ClusterSnapshot snapshot = ClusterSnapshot.Of(nodes, pods);
        // It takes 1.5 s of the processor. The limit notices pods that are compared with all others whenever they move (12 s). Other tests of
        // this process use the processor as well, so one attempt below the limit is enough.
        TimeSpan took = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < 3 && took >= TimeSpan.FromSeconds(10); attempt++)
        {
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            IReadOnlyList<IReadOnlyList<MaintenanceCandidate>> batches = BatchRules.All(candidates, 75, new(new(snapshot), leaving));
            took = Process.GetCurrentProcess().TotalProcessorTime - before;
            Assert.Equal(Nodes / 75, batches.Count);
        }

        Assert.True(took < TimeSpan.FromSeconds(10), $"{took}");
    }

    private static string Batches(string fleet, int limit, LeavingBudget? budget)
    {
        List<MaintenanceCandidate> candidates =
        [
            .. fleet
                .Split(' ')
                .Select(n => n[..n.IndexOf('=', StringComparison.Ordinal)])
                .Select(n => new MaintenanceCandidate(n, n, "", false, true, true, false)),
        ];
        return string.Join(
            '|',
            BatchRules.All(candidates, limit, Read(fleet, budget, "Deployment")).Select(b => string.Join(' ', b.Select(n => n.Name)))
        );
    }

    // A budget covers the pods of workload x.
    private static FleetRoom Read(string fleet, LeavingBudget? budget, string kind, int waiting = 0)
    {
        List<Node> nodes = [];
        Dictionary<string, IReadOnlyList<LeavingPod>> leaving = [];
        foreach (string text in fleet.Split(' '))
        {
            string[] parts = text.Split('=', 2);
            nodes.Add(Node(parts[0], false));
            leaving[parts[0]] =
            [
                .. parts[1]
                    .Split(',')
                    .Where(p => !p.StartsWith('0'))
                    .Select(
                        (p, i) =>
                            new LeavingPod(
                                Pod(
                                    $"{parts[0]}{i}",
                                    parts[0],
                                    p.TrimStart('=').Split(':')[0],
                                    p.Split(':')[1],
                                    p.StartsWith('='),
                                    kind: kind
                                ),
                                budget is null || !p.EndsWith(":x", StringComparison.Ordinal) ? [] : [budget]
                            )
                    ),
            ];
        }

        return new(
            new(ClusterSnapshot.Of(nodes, leaving.Values.SelectMany(l => l).Select(l => l.Pod))),
            leaving,
            [.. Enumerable.Range(0, waiting).Select(i => new LeavingPod(Pod($"w{i}", "", "1", "w", false), []))]
        );
    }

    private static Node Node(string name, bool isCordoned)
    {
        JsonObject node = Sample.NodeJson(
            name,
            labels: $$"""{ "kubernetes.io/hostname": "{{name}}" }""",
            spec: isCordoned ? """{ "unschedulable": true }""" : "{}"
        );
        return node.Deserialize(KubernetesJson.Default.Node)!;
    }

    private static Pod Pod(
        string name,
        string node,
        string cpu,
        string workload,
        bool isBound,
        bool isApart = false,
        string kind = "ReplicaSet"
    )
    {
        JsonObject pod = Sample.PodJson(name, node, cpu, owner: kind);
        pod["metadata"]!["ownerReferences"]![0]!["uid"] = workload;
        pod["metadata"]!["labels"] = new JsonObject { ["app"] = workload };
        if (isBound)
            pod["spec"]!["nodeSelector"] = new JsonObject { ["kubernetes.io/hostname"] = node };
        if (isApart)
        {
            pod["spec"]!["affinity"] = JsonNode.Parse(
                $$"""
                { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [{ "topologyKey": "kubernetes.io/hostname", "labelSelector": { "matchLabels": { "app": "{{workload}}" } } }] } }
                """
            );
        }

        return pod.Deserialize(KubernetesJson.Default.Pod)!;
    }
}

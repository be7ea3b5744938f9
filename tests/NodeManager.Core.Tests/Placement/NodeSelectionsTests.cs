using NodeManager.Core.Placement;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Core.Tests.Placement;

public sealed class NodeSelectionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly NodeManagerSession Session = new()
    {
        Id = 1,
        Cluster = "test",
        Source = "Sandbox",
        Server = new("https://test.invalid"),
    };

    [Theory]
    [InlineData(NodeSelectionStrategy.LeastSessions)]
    [InlineData(NodeSelectionStrategy.MostResources)]
    public void The_selection_on_random_clusters_equals_that_of_an_exhaustive_search(string strategy)
    {
        for (int seed = 1; seed <= 1000; seed++)
        {
            var random = new Random(seed);
            (List<Node> nodes, List<Pod> pods) = Cluster(random);
            Pod wanted = PodRequest.Of(
                [new("cpu", $"{random.Next(0, 30)}00m"), new("memory", $"{random.Next(0, 12)}Gi")],
                random.Next(3) == 0 ? ["dedicated"] : []
            );
            SelectionRequest request = new()
            {
                Strategy = strategy,
                Pod = wanted,
                Explain = true,
            };

            IReadOnlyList<NodeSelection> found = NodeSelections.Select(Session, request, ClusterSnapshot.Of(nodes, pods), new(), Now);

            string? expected = nodes
                .Where(node => Fits(node, pods, wanted))
                .OrderBy(node => strategy == NodeSelectionStrategy.LeastSessions ? SessionsOn(node, pods) : -FreeShare(node, pods))
                .ThenBy(node => strategy == NodeSelectionStrategy.LeastSessions ? -FreeShare(node, pods) : SessionsOn(node, pods))
                .ThenBy(node => node.Metadata.Name, StringComparer.Ordinal)
                .Select(node => node.Metadata.Name)
                .FirstOrDefault();
            Assert.True(expected == found.FirstOrDefault(s => s.IsSelected)?.Name, $"seed {seed}: expected {expected}");
            Assert.Equal(
                nodes.Select(n => n.Metadata.Name).Order(StringComparer.Ordinal),
                found.Select(s => s.Name).Order(StringComparer.Ordinal)
            );
            Assert.All(
                found,
                s => Assert.Equal(nodes.Where(n => Fits(n, pods, wanted)).Select(n => n.Metadata.Name).Contains(s.Name), s.IsEligible)
            );
        }
    }

    [Theory]
    [InlineData(37)]
    [InlineData(20)]
    public void The_explained_reasons_add_up_to_the_message_of_the_scheduler(int minor)
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            (List<Node> nodes, List<Pod> pods) = Cluster(new(seed));
            Pod wanted = PodRequest.Of([new("cpu", "900")], []);
            ClusterSnapshot snapshot = ClusterSnapshot.Of(nodes, pods, minor);

            IReadOnlyList<NodeSelection> found = NodeSelections.Select(
                Session,
                new()
                {
                    Strategy = NodeSelectionStrategy.Random,
                    Pod = wanted,
                    Explain = true,
                },
                snapshot,
                new(),
                Now
            );

            string counted = string.Join(
                ", ",
                found.SelectMany(s => s.Reasons).GroupBy(r => r).Select(g => $"{g.Count()} {g.Key}").Order(StringComparer.Ordinal)
            );
            Assert.StartsWith(
                $"0/{nodes.Count} nodes are available: {counted}.",
                PodPlacement.Find(wanted, snapshot).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void Round_robin_selects_every_node_in_turn_for_all_callers()
    {
        List<Node> nodes = [.. Enumerable.Range(0, 7).Select(i => NodeOf($"node-{i}", 4, 8))];
        ClusterSnapshot snapshot = ClusterSnapshot.Of(nodes, []);
        PendingSelections pending = new();
        var picks = new System.Collections.Concurrent.ConcurrentBag<string>();

        Parallel.For(
            0,
            8,
            _ =>
            {
                for (int i = 0; i < 1250; i++)
                {
                    lock (pending.Gate)
                    {
                        pending.Update(Now, []);
                        picks.Add(
                            NodeSelections.Select(Session, Request(NodeSelectionStrategy.RoundRobin), snapshot, pending, Now)[0].Name
                        );
                    }
                }
            }
        );

        int[] counts = [.. picks.GroupBy(p => p).Select(g => g.Count())];
        Assert.Equal((10_000, 7), (counts.Sum(), counts.Length));
        Assert.True(counts.Max() - counts.Min() <= 1, string.Join(" ", counts));
    }

    [Fact]
    public void A_node_that_joins_the_round_robin_is_not_selected_for_earlier_turns()
    {
        PendingSelections pending = new();
        List<Node> nodes = [NodeOf("a", 4, 8), NodeOf("b", 4, 8)];
        for (int i = 0; i < 10; i++)
            Next();
        nodes.Add(NodeOf("c", 4, 8));

        Assert.Equal(
            "a b c a b c",
            string.Join(
                ' ',
                Enumerable
                    .Range(0, 6)
                    .Select(_ => Next())
                    .Order()
                    .Chunk(6)
                    .SelectMany(six => new[] { six[0], six[2], six[4], six[1], six[3], six[5] })
            )
        );

        string Next() =>
            NodeSelections.Select(Session, Request(NodeSelectionStrategy.RoundRobin), ClusterSnapshot.Of(nodes, []), pending, Now)[0].Name;
    }

    [Fact]
    public void A_selection_reserves_its_room_for_30_seconds_or_until_its_pod_is_bound()
    {
        List<Node> nodes = [NodeOf("a", 2, 8), NodeOf("b", 1, 8)];
        PendingSelections pending = new();
        SelectionRequest request = Request(NodeSelectionStrategy.MostResources) with { Pod = PodRequest.Of([new("cpu", "1")], []) };

        Assert.Equal("a", Select(Now));
        Assert.Equal("b", Select(Now));
        Assert.Equal("a", Select(Now));
        Assert.Equal(ErrorIds.NoNodeFits, Assert.Throws<NodeManagerException>(() => Select(Now.AddSeconds(29))).ErrorId);
        // One pod has come: it and the one that is still pending fill node a.
        Pod arrived = PodOn("a", "1", "0", Now.AddSeconds(5));
        Assert.Equal(2, pending.CountByNode()["a"]);
        Assert.Throws<NodeManagerException>(() => Select(Now.AddSeconds(10), arrived));
        Assert.Equal(1, pending.CountByNode()["a"]);
        Assert.Equal("b", Select(Now.AddSeconds(31), arrived));

        string Select(DateTimeOffset now, params Pod[] pods)
        {
            pending.Update(now, pods);
            ClusterSnapshot snapshot = ClusterSnapshot.Of(nodes, pods);
            pending.AssumeIn(snapshot);
            return NodeSelections.Select(Session, request, snapshot, pending, now)[0].Name;
        }
    }

    [Fact]
    public void Several_nodes_are_distinct_unless_repeats_are_allowed()
    {
        List<Node> nodes = [NodeOf("a", 4, 8), NodeOf("b", 2, 4), NodeOf("c", 1, 2)];
        SelectionRequest request = Request(NodeSelectionStrategy.MostResources) with
        {
            Count = 4,
            Pod = PodRequest.Of([new("cpu", "1")], []),
        };

        Assert.Equal(["a", "b", "c"], Names(request));
        // Free shares after each selection: a 3/4, 2/4 …; ties go by sessions, then by name.
        Assert.Equal(["a", "b", "c", "a"], Names(request with { AllowRepeat = true }));

        IEnumerable<string> Names(SelectionRequest wanted) =>
            NodeSelections.Select(Session, wanted, ClusterSnapshot.Of(nodes, []), new(), Now).Select(s => s.Name);
    }

    [Fact]
    public void A_seed_repeats_a_random_selection()
    {
        List<Node> nodes = [.. Enumerable.Range(0, 20).Select(i => NodeOf($"node-{i:00}", 4, 8))];
        SelectionRequest request = Request(NodeSelectionStrategy.Random) with { Count = 5, Seed = 7 };

        Assert.Equal(Names(), Names());
        Assert.NotEqual(
            Names(),
            NodeSelections.Select(Session, request with { Seed = 8 }, ClusterSnapshot.Of(nodes, []), new(), Now).Select(s => s.Name)
        );

        string[] Names() => [.. NodeSelections.Select(Session, request, ClusterSnapshot.Of(nodes, []), new(), Now).Select(s => s.Name)];
    }

    [Theory]
    [InlineData("kind: Pod\nspec: {containers: [{name: a, resources: {requests: {cpu: 250m}}}], nodeName: x}", 0.25)]
    [InlineData(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, resources: {requests: {cpu: 1}}}]}}}",
        1
    )]
    [InlineData(
        "{\"kind\": \"CronJob\", \"spec\": {\"jobTemplate\": {\"spec\": {\"template\": {\"spec\": {\"containers\": [{\"name\": \"a\"}]}}}}}}",
        0
    )]
    public void A_manifest_is_read_for_its_pod(string manifest, double cpu)
    {
        Pod pod = PodManifest.Read(manifest, "file.yaml");

        Assert.Equal((decimal)cpu, PodRequests.Of(pod).GetValueOrDefault("cpu"));
        Assert.Null(pod.Spec.NodeName);
    }

    [Theory]
    [InlineData("kind: ConfigMap\ndata: {a: b}", "neither a pod nor a workload")]
    [InlineData("- 1", "neither a pod nor a workload")]
    [InlineData("kind: Pod\nspec: {}", "containers is empty")]
    [InlineData("kind: Pod\nspec: {containers: [{name: a, resources: {requests: {cpu: much}}}]}", "not valid")]
    [InlineData("kind: Pod\n\tspec: {}", "yaml:")]
    public void A_broken_manifest_is_an_error(string manifest, string why)
    {
        NodeManagerException error = Assert.Throws<NodeManagerException>(() => PodManifest.Read(manifest, "file.yaml"));

        Assert.Equal(ErrorIds.ManifestInvalid, error.ErrorId);
        Assert.Contains("'file.yaml'", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*", null, "Exists", null, null)]
    [InlineData("gpu", "gpu", "Exists", null, null)]
    [InlineData("gpu:NoSchedule", "gpu", "Exists", null, "NoSchedule")]
    [InlineData("gpu=a:NoExecute", "gpu", "Equal", "a", "NoExecute")]
    public void A_toleration_is_read(string text, string? key, string operation, string? value, string? effect)
    {
        Toleration one = Assert.Single(PodRequest.Of([], [text]).Spec.Tolerations!);

        Assert.Equal((key, operation, value, effect), (one.Key, one.Operator, one.Value, one.Effect));
    }

    [Theory]
    [InlineData("cpu", "-1")]
    [InlineData("cpu", "some")]
    [InlineData("memory", "")]
    public void An_invalid_quantity_is_an_error(string resource, string amount) =>
        Assert.Equal(
            ErrorIds.InvalidQuantity,
            Assert.Throws<NodeManagerException>(() => PodRequest.Of([new(resource, amount)], [])).ErrorId
        );

    [Theory]
    [InlineData("=a")]
    [InlineData("a:Never")]
    [InlineData("a=b=c")]
    [InlineData("a:NoSchedule:b")]
    public void An_invalid_toleration_is_an_error(string text) =>
        Assert.Equal(ErrorIds.InvalidTaint, Assert.Throws<NodeManagerException>(() => PodRequest.Of([], [text])).ErrorId);

    private static SelectionRequest Request(string strategy) => new() { Strategy = strategy, Pod = PodRequest.Of([], []) };

    private static (List<Node> Nodes, List<Pod> Pods) Cluster(Random random)
    {
        List<Node> nodes =
        [
            .. Enumerable.Range(0, random.Next(1, 9)).Select(i => NodeOf($"node-{i}", random.Next(1, 9), random.Next(1, 17))),
        ];
        foreach (Node node in nodes)
        {
            if (random.Next(5) == 0)
                node.Spec.Unschedulable = true;
            if (random.Next(4) == 0)
                node.Spec.Taints =
                [
                    new()
                    {
                        Key = "dedicated",
                        Value = "a",
                        Effect = "NoSchedule",
                    },
                ];
            if (random.Next(6) == 0)
                node.Status.Conditions![0].Status = "False";
        }

        List<Pod> pods =
        [
            .. Enumerable
                .Range(0, random.Next(0, 25))
                .Select(i =>
                    PodOn(
                        nodes[random.Next(nodes.Count)].Metadata.Name,
                        $"{random.Next(0, 12)}00m",
                        $"{random.Next(0, 4)}Gi",
                        Now.AddHours(-1),
                        i
                    )
                ),
        ];
        foreach (Pod pod in pods)
        {
            if (random.Next(5) == 0)
                pod.Metadata.OwnerReferences =
                [
                    new()
                    {
                        Kind = "DaemonSet",
                        Name = "d",
                        Uid = "d",
                        Controller = true,
                    },
                ];
            if (random.Next(8) == 0)
                pod.Status.Phase = "Succeeded";
        }

        return (nodes, pods);
    }

    private static bool Fits(Node node, List<Pod> pods, Pod wanted) =>
        node.Spec.Unschedulable != true
        && node.Status.Conditions![0].Status == "True"
        && (node.Spec.Taints is null || wanted.Spec.Tolerations is { Count: > 0 })
        && ((string[])["cpu", "memory"]).All(resource =>
            Requested(wanted, resource) == 0 || Requested(wanted, resource) <= Free(node, pods, resource)
        );

    private static decimal FreeShare(Node node, List<Pod> pods) => (Share(node, pods, "cpu") + Share(node, pods, "memory")) / 2;

    private static decimal Share(Node node, List<Pod> pods, string resource) =>
        Math.Clamp(Free(node, pods, resource) / node.Status.Allocatable![resource].Value, 0, 1);

    private static decimal Free(Node node, List<Pod> pods, string resource) =>
        node.Status.Allocatable![resource].Value
        - pods.Where(p => p.Spec.NodeName == node.Metadata.Name && p.Status.Phase != "Succeeded").Sum(p => Requested(p, resource));

    private static decimal SessionsOn(Node node, List<Pod> pods) =>
        pods.Count(p => p.Spec.NodeName == node.Metadata.Name && p.Status.Phase != "Succeeded" && p.Metadata.OwnerReferences is null);

    private static decimal Requested(Pod pod, string resource) =>
        pod.Spec.Containers.Sum(c => c.Resources?.Requests?.TryGetValue(resource, out Quantity amount) == true ? amount.Value : 0);

    private static Node NodeOf(string name, int cpu, int gibibytes) =>
        new()
        {
            Metadata = new()
            {
                Name = name,
                Uid = name,
                Labels = new() { ["kubernetes.io/hostname"] = name },
            },
            Status = new()
            {
                Allocatable = new()
                {
                    ["cpu"] = Quantity.Parse($"{cpu}"),
                    ["memory"] = Quantity.Parse($"{gibibytes}Gi"),
                    ["pods"] = Quantity.Parse("110"),
                },
                Conditions = [new() { Type = "Ready", Status = "True" }],
            },
        };

    private static Pod PodOn(string node, string cpu, string memory, DateTimeOffset created, int number = 0) =>
        new()
        {
            Metadata = new()
            {
                Namespace = "default",
                Name = $"pod-{number}",
                Uid = $"pod-{number}",
                CreationTimestamp = created,
            },
            Spec = new()
            {
                NodeName = node,
                Containers =
                [
                    new()
                    {
                        Name = "a",
                        Resources = new()
                        {
                            Requests =
                                memory == "0"
                                    ? new() { ["cpu"] = Quantity.Parse(cpu) }
                                    : new() { ["cpu"] = Quantity.Parse(cpu), ["memory"] = Quantity.Parse(memory) },
                        },
                    },
                ],
            },
            Status = new() { Phase = "Running" },
        };
}

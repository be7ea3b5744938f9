using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Scoring;

namespace NodeManager.Scheduling.Tests;

/// <summary>Each score plugin's numbers, reckoned by hand from its rule.</summary>
public sealed class PodScoreTests
{
    private const string HostName = """{"kubernetes.io/hostname":"NAME"}""";

    private static long[] Scores(SchedulingProfile profile, Pod pod, ClusterSnapshot snapshot) =>
        [
            .. new PodScore(pod, snapshot, profile)
                .Of([.. snapshot.Nodes.OrderBy(node => node.Name, StringComparer.Ordinal)])
                .Select(score => score.Total),
        ];

    private static SchedulingProfile Only(string plugin, ResourceScoring? fit = null) =>
        new() { Scores = [new(plugin, 1)], Fit = fit ?? ResourceScoring.Least };

    private static ResourceScoring Scoring(string type, params KeyValuePair<long, long>[] shape) =>
        new(type, ResourceScoring.CpuAndMemory, shape);

    private static Pod Asking(string cpu, string memory) =>
        Make.Pod($$"""{"containers":[{"name":"c","resources":{"requests":{"cpu":"{{cpu}}","memory":"{{memory}}" } } }]}""");

    private static ClusterSnapshot TwoNodes(int minor = 36) =>
        ClusterSnapshot.Of([Make.Node("a"), Make.Node("b")], [Make.On("a", "1", requests: """{"cpu":"2","memory":"2Gi"}""")], minor);

    [Fact]
    public void The_scoring_strategy_prefers_empty_or_full_nodes()
    {
        // a: cpu 3 of 4, memory 3 of 8; b: 1 of 4, 1 of 8.
        Pod pod = Asking("1", "1Gi");
        Assert.Equal([(25 + 62) / 2, (75 + 87) / 2], Scores(Only("NodeResourcesFit"), pod, TwoNodes()));
        Assert.Equal(
            [(75 + 37) / 2, (25 + 12) / 2],
            Scores(Only("NodeResourcesFit", Scoring(ResourceScoring.MostAllocated)), pod, TwoNodes())
        );
        // Utilization 75 and 37, 25 and 12, on a line from 0 at 0 to 10 at 100.
        ResourceScoring shape = Scoring(ResourceScoring.RequestedToCapacityRatio, new(0, 0), new(100, 10));
        Assert.Equal([56, 19], Scores(Only("NodeResourcesFit", shape), pod, TwoNodes()));
    }

    [Fact]
    public void Missing_requests_count_as_a_tenth_of_a_core_and_200_mebibytes()
    {
        // cpu 100m of 4000m: 97.5; memory 200 of 8192 MiB: 97.5.
        ClusterSnapshot snapshot = ClusterSnapshot.Of([Make.Node("a")], []);
        Assert.Equal([97], Scores(Only("NodeResourcesFit"), Make.Pod("""{"containers":[{"name":"c"}]}"""), snapshot));
        Assert.Equal([100], Scores(Only("NodeResourcesFit"), Asking("0", "0"), snapshot));
    }

    [Fact]
    public void Balance_is_a_state_up_to_1_35_and_a_change_since()
    {
        // a goes from 0.5 and 0.25 to 0.75 and 0.375; b from nothing to 0.25 and 0.125.
        Pod pod = Asking("1", "1Gi");
        Assert.Equal([81, 93], Scores(Only("NodeResourcesBalancedAllocation"), pod, TwoNodes(35)));
        Assert.Equal(
            [50 + ((50 + 81 - 87) / 2), 50 + ((50 + 93 - 100) / 2)],
            Scores(Only("NodeResourcesBalancedAllocation"), pod, TwoNodes(36))
        );
        // 1.20: the whole difference.
        Assert.Equal([62, 87], Scores(Only("NodeResourcesBalancedAllocation"), pod, TwoNodes(20)));
        Assert.Equal([0, 0], Scores(Only("NodeResourcesBalancedAllocation"), Make.Pod("""{"containers":[{"name":"c"}]}"""), TwoNodes(36)));
    }

    [Fact]
    public void Images_count_by_size_and_by_how_many_nodes_have_them()
    {
        ClusterSnapshot snapshot = TwoNodes();
        ContainerImage image = new() { Names = ["example.com/app:latest"], SizeBytes = 523L * 1024 * 1024 };
        Pod pod = Make.Pod("""{"containers":[{"name":"c","image":"example.com/app"}]}""");
        snapshot.SetImages("a", [image]);
        // Half of the nodes have it: 261.5 of 1000 MiB, above 23.
        Assert.Equal([24, 0], Scores(Only("ImageLocality"), pod, snapshot));
        snapshot.SetImages("b", [image]);
        Assert.Equal([51, 51], Scores(Only("ImageLocality"), pod, snapshot));
        snapshot.SetImages("a", null);
        Assert.Equal([0, 24], Scores(Only("ImageLocality"), pod, snapshot.Clone()));
    }

    [Fact]
    public void Scores_of_taints_and_preferred_labels_are_normalized_to_a_hundred()
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            [
                Make.Node(
                    "a",
                    """{"disk":"ssd","zone":"1"}""",
                    """{"taints":[{"key":"x","effect":"PreferNoSchedule"},{"key":"y","effect":"PreferNoSchedule"}]}"""
                ),
                Make.Node("b", """{"disk":"ssd"}""", """{"taints":[{"key":"x","effect":"PreferNoSchedule"}]}"""),
                Make.Node("c"),
            ],
            []
        );
        Pod pod = Make.Pod(
            """
            {"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[
              {"weight":20,"preference":{"matchExpressions":[{"key":"disk","operator":"Exists"}]}},
              {"weight":10,"preference":{"matchExpressions":[{"key":"zone","operator":"Exists"}]}}]}}}
            """
        );
        Assert.Equal([0, 50, 100], Scores(Only("TaintToleration"), pod, snapshot));
        Assert.Equal([100, 66, 0], Scores(Only("NodeAffinity"), pod, snapshot));
        Assert.Equal([0, 0, 0], Scores(Only("NodeAffinity"), Make.Pod(), snapshot));
        Assert.Equal(
            [100 + 0, 66 + 150, 0 + 300],
            Scores(new() { Scores = [new("NodeAffinity", 1), new("TaintToleration", 3)] }, pod, snapshot)
        );
    }

    [Fact]
    public void Inter_pod_affinity_scores_count_in_both_directions()
    {
        string[] names = ["a", "b", "c"];
        const string wants = """
            ,"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"app":"db"}}}]}}
            """;
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            names.Select(name => Make.Node(name, HostName.Replace("NAME", name, StringComparison.Ordinal))),
            [Make.On("a", "1", """{"app":"web"}"""), Make.On("b", "2", """{"app":"web"}""", extra: wants)]
        );
        Pod pod = Make.Pod(
            """
            {"affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[
              {"weight":4,"podAffinityTerm":{"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"app":"web"}}}}]}}}
            """,
            name: "db",
            labels: """{"app":"db"}"""
        );
        // -4, -4 + 1, 0.
        Assert.Equal([0, 25, 100], Scores(Only("InterPodAffinity"), pod, snapshot));
        Assert.Equal([0, 0, 100], Scores(Only("InterPodAffinity") with { HardPodAffinityWeight = 0 }, pod, snapshot));
        Pod indifferent = Make.Pod(name: "db", labels: """{"app":"db"}""");
        Assert.Equal([0, 100, 0], Scores(Only("InterPodAffinity"), indifferent, snapshot));
        Assert.Equal([0, 0, 0], Scores(Only("InterPodAffinity") with { IgnorePreferredTermsOfExistingPods = true }, indifferent, snapshot));
    }

    [Fact]
    public void Pods_of_a_Service_are_spread_by_default()
    {
        string[] names = ["a", "b", "c"];
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            names.Select(name => Make.Node(name, HostName.Replace("NAME", name, StringComparison.Ordinal))),
            [Make.On("a", "1", """{"app":"web"}"""), Make.On("a", "2", """{"app":"web"}"""), Make.On("b", "3", """{"app":"web"}""")]
        );
        Pod pod = Make.Pod(name: "4", labels: """{"app":"web"}""");
        Assert.Equal([0, 0, 0], Scores(Only("PodTopologySpread"), pod, snapshot));
        snapshot.SetService(
            new()
            {
                Metadata = new() { Name = "web", Namespace = "default" },
                Spec = new() { Selector = new() { ["app"] = "web" } },
            }
        );
        // 2, 1 and 0 pods times log(5), plus 2: 5, 4, 2.
        Assert.Equal([100 * (5 + 2 - 5) / 5, 100 * (5 + 2 - 4) / 5, 100], Scores(Only("PodTopologySpread"), pod, snapshot));
    }
}

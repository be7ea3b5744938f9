using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Scheduling.Tests;

public sealed class InterPodAffinityTests
{
    private const string Web = """{"app":"web"}""";

    [Theory]
    [InlineData("podAffinity", "zone", "", "a1,a2")]
    [InlineData("podAffinity", "host", "", "a1")]
    [InlineData("podAffinity", "absent", "", "")]
    [InlineData("podAntiAffinity", "zone", "", "b1,c1")]
    [InlineData("podAntiAffinity", "host", "", "a2,b1,c1")]
    [InlineData("podAffinity", "zone", ""","namespaces":["other"]""", "b1")]
    [InlineData("podAffinity", "zone", ""","namespaceSelector":{}""", "a1,a2,b1")]
    [InlineData("podAffinity", "zone", ""","namespaceSelector":{"matchLabels":{"team":"x"}}""", "b1")]
    public void Affinity_terms_match_pods_in_the_same_topology_domain(string kind, string key, string more, string fits)
    {
        ClusterSnapshot snapshot = Zones(Make.On("a1", "db", """{"app":"db"}"""), Make.On("b1", "db", """{"app":"db"}""", ns: "other"));
        snapshot.SetNamespace("default", null);
        snapshot.SetNamespace("other", new Dictionary<string, string> { ["team"] = "x" });
        Assert.Equal(fits, Fitting(Incoming(Affinity(kind, "db", key, more)), snapshot));
    }

    [Fact]
    public void The_first_pod_of_a_group_fits_every_node_with_the_topology_label() =>
        Assert.Equal("a1,a2,b1", Fitting(Incoming(Affinity("podAffinity", "web", "zone", "")), Zones()));

    [Fact]
    public void Anti_affinity_of_existing_pods_applies_to_new_pods()
    {
        ClusterSnapshot snapshot = Zones(Make.On("a1", "shy", extra: $",{Affinity("podAntiAffinity", "web", "zone", "")}"));
        Pod pod = Make.Pod(labels: Web);
        Assert.Equal("b1,c1", Fitting(pod, snapshot));
        Assert.Equal(
            ["node(s) didn't satisfy existing pods anti-affinity rules"],
            PodFit.Evaluate(pod, snapshot.Node("a2")!, snapshot).Reasons
        );
    }

    [Theory]
    [InlineData("podAffinity", "b1", "node(s) didn't match pod affinity rules")]
    [InlineData("podAntiAffinity", "a1", "node(s) didn't match pod anti-affinity rules")]
    public void The_reason_names_the_rule(string kind, string node, string reason)
    {
        ClusterSnapshot snapshot = Zones(Make.On("a1", "db", """{"app":"db"}"""));
        Assert.Equal([reason], PodFit.Evaluate(Incoming(Affinity(kind, "db", "zone", "")), snapshot.Node(node)!, snapshot).Reasons);
    }

    [Fact]
    public void A_removed_pod_does_not_count_and_an_assumed_pod_does()
    {
        Pod db = Make.On("a1", "db", """{"app":"db"}""");
        ClusterSnapshot snapshot = Zones(db);
        ClusterSnapshot plan = snapshot.Clone();
        plan.Assume(db, "b1");
        Pod pod = Incoming(Affinity("podAffinity", "db", "zone", ""));
        Assert.Equal("b1", Fitting(pod, plan));
        Assert.True(plan.RemovePod(db));
        Assert.Equal("", Fitting(pod, plan));
        Assert.Equal("a1,a2", Fitting(pod, snapshot));
    }

    private static ClusterSnapshot Zones(params Pod[] pods) =>
        ClusterSnapshot.Of(
            [
                Make.Node("a1", """{"zone":"a","host":"a1"}"""),
                Make.Node("a2", """{"zone":"a","host":"a2"}"""),
                Make.Node("b1", """{"zone":"b","host":"b1"}"""),
                Make.Node("c1"),
            ],
            pods
        );

    private static Pod Incoming(string affinity) => Make.Pod($$"""{ {{affinity}} }""", labels: Web);

    private static string Affinity(string kind, string app, string key, string more) =>
        $$"""
            "affinity":{"{{kind}}":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"{{key}}","labelSelector":{"matchLabels":{"app":"{{app}}"} }{{more}} }]} }
            """;

    private static string Fitting(Pod pod, ClusterSnapshot snapshot)
    {
        PodFit fit = new(pod, snapshot);
        return string.Join(',', snapshot.Nodes.Where(node => fit.Evaluate(node).Verdict == FitVerdict.Fits).Select(node => node.Name));
    }
}

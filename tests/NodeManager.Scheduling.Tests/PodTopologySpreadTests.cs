using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Scheduling.Tests;

public sealed class PodTopologySpreadTests
{
    [Theory]
    [InlineData(2, 1, 0, "", "c")]
    [InlineData(1, 1, 1, "", "a,b,c")]
    [InlineData(2, 1, 1, "", "b,c")]
    [InlineData(1, 1, 1, ""","minDomains":4""", "")]
    [InlineData(0, 0, 0, ""","minDomains":4""", "a,b,c")]
    [InlineData(2, 1, 1, ""","matchLabelKeys":["version"]""", "a,b,c")]
    public void A_domain_exceeds_the_minimum_by_at_most_maxSkew(int a, int b, int c, string more, string fits)
    {
        ClusterSnapshot snapshot = Zones([.. Pods("a", a), .. Pods("b", b), .. Pods("c", c)]);
        Assert.Equal(fits, Fitting(Incoming(more), snapshot));
    }

    [Theory]
    [InlineData("", "b")]
    [InlineData(""","nodeAffinityPolicy":"Ignore" """, "")]
    public void Nodes_that_the_pod_does_not_select_count_only_with_the_policy_Ignore(string more, string fits) =>
        Assert.Equal(fits, Fitting(Incoming(more, ""","nodeSelector":{"zone":"b"}"""), Zones([.. Pods("a", 1), .. Pods("b", 1)])));

    [Theory]
    [InlineData("", "")]
    [InlineData(""","nodeTaintsPolicy":"Honor" """, "a,b")]
    public void Tainted_nodes_count_unless_nodeTaintsPolicy_is_Honor(string more, string fits)
    {
        ClusterSnapshot snapshot = Zones([.. Pods("a", 1), .. Pods("b", 1)]);
        snapshot.SetNode(Make.Node("c", """{"zone":"c"}""", """{"taints":[{"key":"x","effect":"NoSchedule"}]}"""));
        Assert.Equal(fits, Fitting(Incoming(more), snapshot));
    }

    [Fact]
    public void A_node_without_the_label_is_refused_and_terminating_pods_do_not_count()
    {
        Pod leaving = Make.On("a", "leaving", """{"app":"web"}""");
        leaving.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch;
        ClusterSnapshot snapshot = Zones([leaving]);
        snapshot.SetNode(Make.Node("bare"));
        Assert.Equal("a,b,c", Fitting(Incoming(""), snapshot));
        Assert.Equal(
            ["node(s) didn't match pod topology spread constraints (missing required label)"],
            PodFit.Evaluate(Incoming(""), snapshot.Node("bare")!, snapshot).Reasons
        );
    }

    private static ClusterSnapshot Zones(IEnumerable<Pod> pods) =>
        ClusterSnapshot.Of(
            [Make.Node("a", """{"zone":"a"}"""), Make.Node("b", """{"zone":"b"}"""), Make.Node("c", """{"zone":"c"}""")],
            pods
        );

    private static IEnumerable<Pod> Pods(string node, int count) =>
        Enumerable.Range(0, count).Select(index => Make.On(node, $"{node}{index}", """{"app":"web","version":"1"}"""));

    private static Pod Incoming(string more, string spec = "") =>
        Make.Pod(
            $$"""
            {"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"web"} }{{more}} }]{{spec}} }
            """,
            labels: """{"app":"web","version":"2"}"""
        );

    private static string Fitting(Pod pod, ClusterSnapshot snapshot)
    {
        PodFit fit = new(pod, snapshot);
        return string.Join(',', snapshot.Nodes.Where(node => fit.Evaluate(node).Verdict == FitVerdict.Fits).Select(node => node.Name));
    }
}

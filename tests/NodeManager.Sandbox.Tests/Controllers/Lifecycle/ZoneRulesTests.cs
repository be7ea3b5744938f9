using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Nodes;

namespace NodeManager.Sandbox.Tests.Controllers.Lifecycle;

public sealed class ZoneRulesTests
{
    [Theory]
    [InlineData(0, 0, "Normal")]
    [InlineData(0, 1, "FullDisruption")]
    [InlineData(0, 60, "FullDisruption")]
    [InlineData(1, 0, "Normal")]
    [InlineData(1, 1, "Normal")]
    [InlineData(1, 2, "Normal")]
    [InlineData(1, 3, "PartialDisruption")]
    [InlineData(2, 3, "PartialDisruption")]
    [InlineData(3, 3, "Normal")]
    [InlineData(9, 11, "PartialDisruption")]
    [InlineData(46, 54, "Normal")]
    [InlineData(45, 55, "PartialDisruption")]
    [InlineData(24, 36, "PartialDisruption")]
    public void A_zone_is_judged_by_its_nodes(int ready, int notReady, string state) =>
        Assert.Equal(state, ZoneRules.StateOf(ready, notReady).ToString());

    [Theory]
    [InlineData("Normal", 10, 0.1)]
    [InlineData("Normal", 1000, 0.1)]
    [InlineData("FullDisruption", 10, 0.1)]
    [InlineData("FullDisruption", 1000, 0.1)]
    [InlineData("PartialDisruption", 50, 0)]
    [InlineData("PartialDisruption", 51, 0.01)]
    [InlineData("PartialDisruption", 1000, 0.01)]
    public void State_and_size_of_a_zone_decide_the_rate(string state, int size, double rate) =>
        Assert.Equal(rate, ZoneRules.RateOf(Enum.Parse<ZoneState>(state), size));

    [Theory]
    [InlineData("", "", "")]
    [InlineData("topology.kubernetes.io/zone=a", "", "a")]
    [InlineData("topology.kubernetes.io/region=r", "r", "")]
    [InlineData("topology.kubernetes.io/region=r,topology.kubernetes.io/zone=a", "r", "a")]
    [InlineData("failure-domain.beta.kubernetes.io/region=r,failure-domain.beta.kubernetes.io/zone=a", "r", "a")]
    [InlineData("failure-domain.beta.kubernetes.io/zone=old,topology.kubernetes.io/zone=new,topology.kubernetes.io/region=r", "r", "old")]
    [InlineData("kubernetes.io/hostname=a", "", "")]
    public void A_zone_is_named_by_its_labels_with_deprecated_ones_first(string labels, string region, string zone) =>
        Assert.Equal(new NodeZone(region, zone), NodeZone.Of(Node("n", labels)));

    [Theory]
    [InlineData("worker", "", 20, false)]
    [InlineData("worker", "node.kubernetes.io/exclude-disruption=", 20, true)]
    [InlineData("worker", "node.kubernetes.io/exclude-disruption=false", 36, true)]
    [InlineData("kube-master", "", 20, true)]
    [InlineData("kube-master-001", "", 20, true)]
    [InlineData("master-0001", "", 20, false)]
    [InlineData("kube-master", "", 21, false)]
    public void Excluded_nodes_do_not_count(string name, string labels, int minor, bool isExcluded) =>
        Assert.Equal(isExcluded, NodeZone.Excludes(Node(name, labels), minor));

    private static Node Node(string name, string labels) =>
        new()
        {
            Metadata = new()
            {
                Name = name,
                Labels = labels
                    .Split(',', StringSplitOptions.RemoveEmptyEntries)
                    .Select(pair => pair.Split('='))
                    .ToDictionary(pair => pair[0], pair => pair[1]),
            },
        };
}

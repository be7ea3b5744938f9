using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Core.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Core.Tests.Autoscaling;

/// <summary>Which changes wake the claims that wait for a node, and plans.</summary>
public sealed class NodeChangeTests
{
    private readonly ChangeFilter<Node> _filter = new(PlanImages.Of);
    private readonly Node _node = new()
    {
        Metadata = new() { Name = "small-1", Uid = "a" },
    };

    [Fact]
    public void A_change_of_what_a_claim_checks_matters()
    {
        Assert.True(Matters());
        Assert.False(Matters());

        // As a cloud controller does, after the kubelet has registered the node.
        _node.Spec.ProviderID = "sim://small-1";
        Assert.True(Matters());
        // As a device plugin does.
        _node.Status.Capacity = new() { ["cpu"] = Quantity.Parse("4") };
        Assert.True(Matters());
        Assert.False(Matters());
    }

    [Fact]
    public void A_lock_matters_when_it_comes_and_goes_and_its_renewals_do_not()
    {
        Assert.True(Matters());

        NodeLock held = new()
        {
            Kind = NodeLockKind.Drain,
            Holder = "ann@desk/1",
            Operation = "drain-1",
        };
        Assert.True(MattersWith(held));
        Assert.False(MattersWith(held with { Renewals = 1, RenewedAt = DateTimeOffset.UnixEpoch }));
        Assert.True(MattersWith(null));
    }

    [Theory]
    [InlineData("karpenter.sh/do-not-disrupt", "true", true)]
    [InlineData("cluster-autoscaler.kubernetes.io/scale-down-disabled", "true", true)]
    [InlineData("example.com/other", "true", false)]
    public void An_annotation_of_a_node_matters_if_it_keeps_the_node(string key, string value, bool matters)
    {
        Assert.True(Matters());

        _node.Metadata.Annotations = new() { [key] = value };
        Assert.Equal(matters, Matters());
    }

    [Theory]
    [InlineData("karpenter.sh/do-not-disrupt", "true", true)]
    [InlineData("cluster-autoscaler.kubernetes.io/safe-to-evict", "false", true)]
    [InlineData("example.com/other", "true", false)]
    public void An_annotation_of_a_pod_matters_if_it_decides_about_its_eviction(string key, string value, bool matters)
    {
        ChangeFilter<Pod> filter = new(PlanImages.Of);
        Pod pod = new()
        {
            Metadata = new() { Name = "web", Uid = "b" },
        };
        Assert.True(filter.Matters(new(WatchEventType.Modified, pod)));

        pod.Metadata.Annotations = new() { [key] = value };
        Assert.Equal(matters, filter.Matters(new(WatchEventType.Modified, pod)));
    }

    [Fact]
    public void A_PDB_matters_when_its_allowed_disruptions_change()
    {
        ChangeFilter<PodDisruptionBudget> filter = new(PlanImages.Of);
        PodDisruptionBudget budget = new()
        {
            Metadata = new() { Name = "web", Uid = "c" },
        };
        Assert.True(filter.Matters(new(WatchEventType.Modified, budget)));

        budget.Status.CurrentHealthy = 1;
        Assert.False(filter.Matters(new(WatchEventType.Modified, budget)));
        budget.Status.DisruptionsAllowed = 1;
        Assert.True(filter.Matters(new(WatchEventType.Modified, budget)));
    }

    private bool MattersWith(NodeLock? held)
    {
        _node.Metadata.Annotations = held is null ? null : new() { [NodeLock.Key] = held.ToJson() };
        return Matters();
    }

    private bool Matters() => _filter.Matters(new(WatchEventType.Modified, _node));
}

using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Core.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Core.Tests.Autoscaling;

/// <summary>Which changes of a node wake the claims that wait for it.</summary>
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

    private bool MattersWith(NodeLock? held)
    {
        _node.Metadata.Annotations = held is null ? null : new() { [NodeLock.Key] = held.ToJson() };
        return Matters();
    }

    private bool Matters() => _filter.Matters(new(WatchEventType.Modified, _node));
}

namespace NodeManager.Kubernetes.Models;

/// <summary>
/// A Lease with the API server's own times of the writes: the kubelet's times are by the node's clock, and only both together tell a node that
/// is silent from one whose clock is wrong.
/// </summary>
public sealed class NodeLease : KubernetesObject
{
    public NodeLease() => base.Metadata = new NodeLeaseMeta();

    public new NodeLeaseMeta Metadata
    {
        get => (NodeLeaseMeta)base.Metadata;
        set => base.Metadata = value;
    }

    public LeaseSpec Spec { get; set; } = new();
}

public sealed class NodeLeaseMeta : ObjectMeta
{
    /// <summary>One entry per client that wrote fields; the API server sets its time.</summary>
    public List<FieldWrite>? ManagedFields { get; set; }
}

/// <summary>Who wrote fields of an object, and when by the API server's clock. The fields themselves are not read.</summary>
public sealed class FieldWrite
{
    public string? Manager { get; set; }

    public DateTimeOffset? Time { get; set; }
}

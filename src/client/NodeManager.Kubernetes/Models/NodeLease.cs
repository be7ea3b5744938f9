namespace NodeManager.Kubernetes.Models;

/// <summary>
/// A Lease with the API server's write times: together with the kubelet's renewal times they distinguish a silent node from one with a
/// wrong clock.
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
    /// <summary>One entry per client; the API server sets its time.</summary>
    public List<FieldWrite>? ManagedFields { get; set; }
}

/// <summary>The manager and time of a write; fields are not read.</summary>
public sealed class FieldWrite
{
    public string? Manager { get; set; }

    public DateTimeOffset? Time { get; set; }
}

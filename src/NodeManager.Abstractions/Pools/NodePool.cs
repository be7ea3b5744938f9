namespace NodeManager;

/// <summary>A node pool: nodes of one cluster that share their configuration. As it was at <see cref="ObservedAt"/>.</summary>
public sealed class NodePool : ClusterObject
{
    /// <summary>The provider's id, a UUID: the service's, or the UID of the NodeSmithPool.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The id that the provider has for the cluster. <see cref="ClusterObject.Cluster"/> is the session's name for it.</summary>
    public string ClusterId { get; init; } = "";

    /// <summary>Counts the changes of the specification, from 1.</summary>
    public long Generation { get; init; }

    public string ResourceVersion { get; init; } = "";

    public NodePoolSpec Spec { get; init; } = new();

    /// <summary>The status that controllers reported. Null unless requested: a list does not contain it.</summary>
    public NodePoolStatus? Status { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The user who created the pool: an email address for the service. Empty where the provider has no record of it.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary><c>Service</c> or <c>Cluster</c>; see <see cref="NodePoolProvider"/>.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The namespace of the NodeSmithPool. Empty for pools of a service.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>When the pool was read, in the cluster's time.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    /// <summary>How old the pool was when it was read.</summary>
    public TimeSpan Age => ObservedAt - CreatedAt;

    /// <summary>A <see cref="NodePoolPhase"/>. Empty unless the status was asked for.</summary>
    public string Phase => Status?.Phase ?? "";

    /// <summary>A <see cref="NodePoolHealth"/>. Empty unless the status was asked for.</summary>
    public string Health => Status?.Health ?? "";

    public override string ToString() => Name;
}

namespace NodeManager.NodePools;

/// <summary>A pool as returned by its provider, with all fields of its specification.</summary>
public sealed record PoolRecord
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string ClusterId { get; init; } = "";

    public long Generation { get; init; }

    public string ResourceVersion { get; init; } = "";

    /// <summary>Never changed in place.</summary>
    public required JsonObject Spec { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public string CreatedBy { get; init; } = "";

    /// <summary>The namespace of a NodeSmithPool; empty for pools of a service.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The reports of controllers, if the provider returns them with the pool; else null.</summary>
    public IReadOnlyList<NodePoolControllerStatus>? Status { get; init; }
}

/// <param name="ClusterId">The provider's id of the cluster.</param>
/// <param name="Spec">Never changed in place.</param>
public sealed record PoolDraft(string Name, string ClusterId, JsonObject Spec);

public sealed record PoolCluster(string Id, string Name);

/// <summary>Filters of a list, which the provider applies; the cluster only if it can.</summary>
public sealed record PoolListQuery
{
    /// <summary>The provider's id of a cluster; empty for all.</summary>
    public string ClusterId { get; init; } = "";

    /// <summary>A <see cref="NodePoolPhase"/>; empty for all.</summary>
    public string Phase { get; init; } = "";

    /// <summary>A <see cref="NodePoolHealth"/>; empty for all.</summary>
    public string Health { get; init; } = "";
}

public sealed record PoolStatusReport
{
    public required string Controller { get; init; }

    public required long ObservedGeneration { get; init; }

    public required IReadOnlyList<NodeCondition> Conditions { get; init; }

    public JsonObject Metadata { get; init; } = [];
}

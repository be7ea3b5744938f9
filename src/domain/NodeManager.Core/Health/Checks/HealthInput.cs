using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Health.Checks;

/// <summary>A node and what is known around it. What was not read is empty or null, and the findings are fewer.</summary>
public sealed record HealthInput
{
    public required Node Node { get; init; }

    /// <summary>Where the findings come from.</summary>
    public required NodeManagerSession Session { get; init; }

    /// <summary>The moment that counts as the present, in the cluster's time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The node's Lease; null where it has none, or where it cannot be read.</summary>
    public NodeLease? Lease { get; init; }

    /// <summary>
    /// When a renewal of the Lease was last seen, by the clock of <see cref="Now"/>; null for a caller that looks only once. Then the API
    /// server's time of the last write counts, and where that is not known only what the control plane says by the Ready condition.
    /// </summary>
    public DateTimeOffset? LeaseSeenRenewedAt { get; init; }

    /// <summary>The pods that are bound to the node, completed ones too.</summary>
    public IReadOnlyList<Pod> Pods { get; init; } = [];

    /// <summary>Events about the node, and the kubelet's events about evicted pods of the node.</summary>
    public IReadOnlyList<Event> Events { get; init; } = [];

    /// <summary>When the node was seen to become not ready. In addition to <see cref="Events"/>; for a caller that watches.</summary>
    public IReadOnlyList<DateTimeOffset> BecameNotReadyAt { get; init; } = [];

    /// <summary>The control plane's version as it reports it, <c>v1.34.2</c>; empty where it is not known.</summary>
    public string ServerVersion { get; init; } = "";

    public HealthThresholds Thresholds { get; init; } = HealthThresholds.Default;

    /// <summary>The condition of a type; null without one.</summary>
    public Condition? Condition(string type) => Node.Status.Conditions.Find(type);

    /// <summary>
    /// When the API server last stored the Lease, by its own clock; null where it is unknown. API servers before 1.25 keep the time of the first
    /// write of each field. Source: https://github.com/kubernetes/kubernetes/pull/110058
    /// </summary>
    public DateTimeOffset? LeaseWrittenAt =>
        VersionRules.Parse(ServerVersion) is { } server && (server.Major > 1 || server.Minor >= 25)
            ? Lease?.Metadata.ManagedFields?.Max(static entry => entry.Time)
            : null;
}

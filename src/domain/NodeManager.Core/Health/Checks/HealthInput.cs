namespace NodeManager.Core.Health.Checks;

/// <summary>A node and its surroundings. Data that could not be read is empty or null, which reduces the findings.</summary>
public sealed record HealthInput
{
    public required Node Node { get; init; }

    public required NodeManagerSession Session { get; init; }

    /// <summary>The current time of the cluster.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Null if the node has none, or if it cannot be read.</summary>
    public NodeLease? Lease { get; init; }

    /// <summary>
    /// When a renewal of the Lease was last observed, by the clock of <see cref="Now"/>; null for a caller that checks only once. Then the
    /// API server's time of the last write counts, and without it only the Ready condition.
    /// </summary>
    public DateTimeOffset? LeaseSeenRenewedAt { get; init; }

    /// <summary>The pods bound to the node, including completed ones.</summary>
    public IReadOnlyList<Pod> Pods { get; init; } = [];

    /// <summary>Events about the node, and the kubelet's events about evicted pods of the node.</summary>
    public IReadOnlyList<Event> Events { get; init; } = [];

    /// <summary>Observed changes to not ready, in addition to <see cref="Events"/>; for a caller that watches.</summary>
    public IReadOnlyList<DateTimeOffset> BecameNotReadyAt { get; init; } = [];

    /// <summary>The control plane's version, <c>v1.34.2</c>; empty if unknown.</summary>
    public string ServerVersion { get; init; } = "";

    public HealthThresholds Thresholds { get; init; } = HealthThresholds.Default;

    public Condition? Condition(string type) => Node.Status.Conditions.Find(type);

    /// <summary>
    /// When the API server last stored the Lease, by its own clock; null if unknown. API servers before 1.25 keep the time of the first
    /// write of each field. Source: https://github.com/kubernetes/kubernetes/pull/110058
    /// </summary>
    public DateTimeOffset? LeaseWrittenAt =>
        VersionRules.Parse(ServerVersion) is { } server && (server.Major > 1 || server.Minor >= 25)
            ? Lease?.Metadata.ManagedFields?.Max(static entry => entry.Time)
            : null;
}

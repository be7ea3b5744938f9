namespace NodeManager.Core.Health.Checks;

/// <summary>The thresholds of findings.</summary>
public sealed record HealthThresholds
{
    public static HealthThresholds Default { get; } = new();

    /// <summary>
    /// The maximum time without a renewal of the Lease: kube-controller-manager's grace period before 1.32, and the Lease's own duration.
    /// </summary>
    public TimeSpan LeaseStaleAfter { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>The maximum difference of a node's clock. The measurement includes the duration of a request.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The maximum duration of a cordon.</summary>
    public TimeSpan CordonedAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The maximum percentage of the allocatable pods in use.</summary>
    public int PodPercent { get; init; } = 90;

    /// <summary>The maximum restarts of a system container.</summary>
    public int Restarts { get; init; } = 3;

    /// <summary>The maximum age of the last of these restarts.</summary>
    public TimeSpan RestartWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long an eviction counts.</summary>
    public TimeSpan EvictionWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a failed image garbage collection counts. The kubelet repeats it every 5 minutes, and reports no success.
    /// </summary>
    public TimeSpan ImageGarbageCollectionWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The maximum number of changes to not ready within <see cref="FlapWindow"/>.</summary>
    public int Flaps { get; init; } = 3;

    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A node without a change for this time no longer flaps.</summary>
    public TimeSpan FlapQuiet { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A node that is not ready for longer than this is down and no longer flaps.</summary>
    public TimeSpan FlapSettles { get; init; } = TimeSpan.FromMinutes(5);
}

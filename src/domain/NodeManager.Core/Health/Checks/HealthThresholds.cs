namespace NodeManager.Core.Health.Checks;

/// <summary>From when on something is a finding.</summary>
public sealed record HealthThresholds
{
    public static HealthThresholds Default { get; } = new();

    /// <summary>How long a Lease may go without renewal: kube-controller-manager's grace period before 1.32, and the Lease's own duration.</summary>
    public TimeSpan LeaseStaleAfter { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>How much a node's clock may differ. A request's own time is part of what is measured.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a cordon may last.</summary>
    public TimeSpan CordonedAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The percentage of the allocatable pods that may be in use.</summary>
    public int PodPercent { get; init; } = 90;

    /// <summary>How often a container of the system may restart.</summary>
    public int Restarts { get; init; } = 3;

    /// <summary>How long ago the last of these restarts may be.</summary>
    public TimeSpan RestartWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long an eviction counts.</summary>
    public TimeSpan EvictionWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a failed image garbage collection counts. The kubelet repeats it every 5 minutes, and reports no success.</summary>
    public TimeSpan ImageGarbageCollectionWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How many times a node may become not ready within <see cref="FlapWindow"/>.</summary>
    public int Flaps { get; init; } = 3;

    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A node that has stayed as it is for so long does not flap any more.</summary>
    public TimeSpan FlapQuiet { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A node that has not been ready for longer than this is down; it does not flap any more.</summary>
    public TimeSpan FlapSettles { get; init; } = TimeSpan.FromMinutes(5);
}

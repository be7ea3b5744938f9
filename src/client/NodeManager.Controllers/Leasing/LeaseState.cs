namespace NodeManager.Controllers.Leasing;

/// <summary>The observed state of a Lease.</summary>
/// <param name="Lease">Null if it does not exist.</param>
/// <param name="IsHeld">Whether it has a holder that renews it as far as known.</param>
public sealed record LeaseState(Lease? Lease, bool IsHeld)
{
    // The default of client-go's leader election is 15 s; a holder without a duration gets more time.
    private static readonly TimeSpan UnstatedDuration = TimeSpan.FromSeconds(30);

    internal static LeaseState Missing { get; } = new(null, false);

    /// <summary>Empty for none.</summary>
    public string Holder => Lease?.Spec.HolderIdentity ?? "";

    /// <summary>How long the holder may go without a renewal.</summary>
    public TimeSpan Duration => Lease?.Spec.LeaseDurationSeconds is int seconds and > 0 ? TimeSpan.FromSeconds(seconds) : UnstatedDuration;

    internal static LeaseState Of(Lease lease) => new(lease, !string.IsNullOrEmpty(lease.Spec.HolderIdentity));

    /// <summary>Whether the lease was renewed, or its holder changed, between the two states.</summary>
    internal bool HasMovedSince(LeaseState former) =>
        Holder != former.Holder
        || Lease?.Metadata.Uid != former.Lease?.Metadata.Uid
        || Lease?.Spec.RenewTime != former.Lease?.Spec.RenewTime;
}

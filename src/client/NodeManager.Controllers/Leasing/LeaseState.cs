using NodeManager.Kubernetes.Models;

namespace NodeManager.Controllers.Leasing;

/// <summary>What a Lease says of its holder.</summary>
/// <param name="Lease">Null where there is none.</param>
/// <param name="IsHeld">Whether it has a holder, which renews it as far as is known.</param>
public sealed record LeaseState(Lease? Lease, bool IsHeld)
{
    // The default of client-go's leader election is 15 s; a holder without a duration gets more time than that.
    private static readonly TimeSpan UnstatedDuration = TimeSpan.FromSeconds(30);

    internal static LeaseState Missing { get; } = new(null, false);

    /// <summary>Empty where there is none.</summary>
    public string Holder => Lease?.Spec.HolderIdentity ?? "";

    /// <summary>How long its holder may go without renewing it.</summary>
    public TimeSpan Duration => Lease?.Spec.LeaseDurationSeconds is int seconds and > 0 ? TimeSpan.FromSeconds(seconds) : UnstatedDuration;

    internal static LeaseState Of(Lease lease) => new(lease, !string.IsNullOrEmpty(lease.Spec.HolderIdentity));

    /// <summary>Whether the lease was renewed, or its holder changed, between that state and this one.</summary>
    internal bool HasMovedSince(LeaseState former) =>
        Holder != former.Holder
        || Lease?.Metadata.Uid != former.Lease?.Metadata.Uid
        || Lease?.Spec.RenewTime != former.Lease?.Spec.RenewTime;
}

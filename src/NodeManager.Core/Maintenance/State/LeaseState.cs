using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Maintenance.State;

/// <summary>What a run's Lease says of its holder.</summary>
/// <param name="Lease">Null where there is none.</param>
/// <param name="IsAlive">Whether somebody holds and renews it.</param>
internal sealed record LeaseState(Lease? Lease, bool IsAlive)
{
    private static readonly TimeSpan UsualDuration = TimeSpan.FromSeconds(30);

    /// <summary>Empty where nobody holds it.</summary>
    public string Holder => Lease?.Spec.HolderIdentity ?? "";

    public TimeSpan Duration => Lease?.Spec.LeaseDurationSeconds is int seconds and > 0 ? TimeSpan.FromSeconds(seconds) : UsualDuration;

    /// <summary>For how long it has not been renewed, by our clock.</summary>
    public TimeSpan Silence(DateTimeOffset now) => Lease?.Spec.RenewTime is { } last ? now - last : TimeSpan.MaxValue;
}

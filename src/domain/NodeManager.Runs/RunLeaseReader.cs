using NodeManager.Controllers.Leasing;
using NodeManager.Core.Sessions;

namespace NodeManager.Runs;

/// <summary>What the Lease of a run says of its holder.</summary>
public static class RunLeaseReader
{
    /// <summary>As it is now.</summary>
    public static Task<LeaseState> ReadAsync(ClusterConnection connection, string run, string ns, CancellationToken cancellationToken) =>
        LeaseObserver.ReadAsync(connection.Client, RunLayout.NameOf(run), ns, cancellationToken);

    /// <summary>Sees whether its holder lives, which takes up to the lease's duration; see <see cref="LeaseObserver"/>.</summary>
    public static Task<LeaseState> ObserveAsync(
        ClusterConnection connection,
        string run,
        string ns,
        Action<LeaseState> waits,
        CancellationToken cancellationToken
    ) => LeaseObserver.ObserveAsync(connection.Client, connection.Caches(), RunLayout.NameOf(run), ns, waits, cancellationToken);

    /// <summary>For how long it has not been renewed, by this machine's clock. Good enough to show or to warn, not to take anything over.</summary>
    public static TimeSpan Silence(this LeaseState state, DateTimeOffset now) =>
        state.Lease?.Spec.RenewTime is { } last ? now - last : TimeSpan.MaxValue;
}

using NodeManager.Controllers.Leasing;
using NodeManager.Core.Sessions;

namespace NodeManager.Runs;

public static class RunLeaseReader
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    public static Task<LeaseState> ReadAsync(ClusterConnection connection, string run, string ns, CancellationToken cancellationToken) =>
        LeaseObserver.ReadAsync(connection.Client, RunLayout.NameOf(run), ns, cancellationToken);

    /// <summary>Observes whether its holder is live, which takes up to the lease duration; see <see cref="LeaseObserver"/>.</summary>
    public static Task<LeaseState> ObserveAsync(
        ClusterConnection connection,
        string run,
        string ns,
        Action<LeaseState> waits,
        CancellationToken cancellationToken
    ) => LeaseObserver.ObserveAsync(connection.Client, connection.Caches(), RunLayout.NameOf(run), ns, waits, cancellationToken);

    /// <summary>As <see cref="ObserveAsync"/>, for callers that may not be permitted to watch Leases.</summary>
    public static async Task<LeaseState> PollAsync(
        ClusterConnection connection,
        string run,
        string ns,
        LeaseState first,
        CancellationToken cancellationToken
    )
    {
        long since = connection.Time.GetTimestamp();
        LeaseState last = first;
        while (last.IsHeld && last.Holder == first.Holder && last.Lease!.Spec.RenewTime == first.Lease!.Spec.RenewTime)
        {
            if (connection.Time.GetElapsedTime(since) >= first.Duration)
                return last with { IsHeld = false };
            await Task.Delay(PollInterval, connection.Time, cancellationToken);
            last = await ReadAsync(connection, run, ns, cancellationToken);
        }

        return last;
    }

    /// <summary>The time since the last renewal, by this machine's clock. Good enough for messages, not for a takeover.</summary>
    public static TimeSpan Silence(this LeaseState state, DateTimeOffset now) =>
        state.Lease?.Spec.RenewTime is { } last ? now - last : TimeSpan.MaxValue;
}

using NodeManager.Controllers.Caching;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Controllers.Leasing;

/// <summary>Lets one process of many work: waits until it leads, works while the Lease is held beyond doubt, and waits again once another process has it.</summary>
/// <param name="client">Writes the Lease.</param>
/// <param name="caches">Watch its holder.</param>
/// <param name="options">Which Lease, and for whom.</param>
/// <param name="listener">Told what happens to it.</param>
/// <param name="ended">Cancelled when the client ends.</param>
public sealed class LeaderElection(KubernetesClient client, ObjectCaches caches, LeaderLeaseOptions options, ILeaseListener listener, CancellationToken ended)
{
    // What a shutdown may take to release the Lease.
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="work">Works until its token is cancelled, which happens when the hold gets into doubt. Begun again when it is held, and after a failure.</param>
    /// <param name="failed">Told of failures of the work and of the Lease that do not end it.</param>
    /// <param name="cancellationToken">Stops it; the Lease is released.</param>
    public async Task RunAsync(Func<CancellationToken, Task> work, Action<Exception> failed, CancellationToken cancellationToken)
    {
        TimeSpan pause = FirstPause;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await using LeaderLease lease = new(client, caches, options, listener, ended);
            LeaseState? other;
            try
            {
                other = await lease.TryAcquireAsync(static _ => { }, cancellationToken);
            }
            catch (Exception e) when (IsPassing(e) && !cancellationToken.IsCancellationRequested)
            {
                failed(e);
                await Task.Delay(pause, client.Time, cancellationToken);
                pause = Longer(pause);
                continue;
            }

            pause = FirstPause;

            if (other is not null)
            {
                await Task.Delay(options.Duration / 5, client.Time, cancellationToken);
                continue;
            }

            try
            {
                await LeadAsync(lease, work, failed, cancellationToken);
            }
            finally
            {
                if (!lease.Lost.IsCancellationRequested) await ReleaseAsync(lease);
            }
        }
    }

    private async Task LeadAsync(LeaderLease lease, Func<CancellationToken, Task> work, Action<Exception> failed, CancellationToken cancellationToken)
    {
        for (TimeSpan pause = FirstPause; !lease.Lost.IsCancellationRequested; pause = Longer(pause))
        {
            await lease.HoldAsync(cancellationToken);
            using var hold = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.InDoubt, lease.Lost);
            long start = client.Time.GetTimestamp();
            try
            {
                await work(hold.Token);
            }
            catch (OperationCanceledException) when (hold.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // In doubt, or lost.
                continue;
            }
            catch (Exception e) when (IsPassing(e) && !cancellationToken.IsCancellationRequested)
            {
                failed(e);
            }

            if (client.Time.GetElapsedTime(start) > LongestPause) pause = FirstPause;
            await Task.Delay(pause, client.Time, cancellationToken);
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    private static bool IsPassing(Exception e) => TransientFailure.Is(e) || e is KubernetesException;

    private static async Task ReleaseAsync(LeaderLease lease)
    {
        using CancellationTokenSource limit = new(CleanUp, TimeProvider.System);
        try
        {
            await lease.ReleaseAsync(limit.Token);
        }
        catch (Exception e) when (e is KubernetesException or NodeManagerException or OperationCanceledException or HttpRequestException or IOException or ObjectDisposedException)
        {
            // It expires.
        }
    }
}

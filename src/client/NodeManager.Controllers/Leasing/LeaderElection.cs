using NodeManager.Controllers.Caching;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Controllers.Leasing;

/// <summary>
/// Elects one of several processes (client-go: leader election): watches the Lease until it may lead, works while it safely holds the
/// Lease, and waits again after losing it.
/// </summary>
/// <param name="leader">Does the work and receives the events.</param>
/// <param name="ended">Cancelled when the client ends.</param>
public sealed class LeaderElection(
    KubernetesClient client,
    ObjectCaches caches,
    LeaderLeaseOptions options,
    ILeader leader,
    CancellationToken ended
)
{
    // The time limit to release the Lease at shutdown.
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Runs until the work is complete or cancelled, then releases the Lease.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (TimeSpan pause = FirstPause; ; )
        {
            cancellationToken.ThrowIfCancellationRequested();
            await using LeaderLease lease = new(client, caches, options, leader, ended);
            try
            {
                await lease.AcquireAsync(leader.Waiting, cancellationToken);
            }
            catch (Exception e) when (IsPassing(e) && !cancellationToken.IsCancellationRequested)
            {
                if (!leader.Failed(e, isLeading: false))
                    throw;
                await Task.Delay(pause, client.Time, cancellationToken);
                // Others wait for this process to lead, at most as long as for a crashed one.
                pause = pause * 2 < options.Duration ? pause * 2 : options.Duration;
                continue;
            }

            pause = FirstPause;
            leader.Leading();
            try
            {
                if (await LeadAsync(lease, cancellationToken))
                    return;
            }
            finally
            {
                if (!lease.Lost.IsCancellationRequested)
                    await ReleaseAsync(lease);
            }

            leader.TakenOver(lease.NewHolder);
        }
    }

    private async Task<bool> LeadAsync(LeaderLease lease, CancellationToken cancellationToken)
    {
        for (TimeSpan pause = FirstPause; !lease.Lost.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await lease.HoldAsync(cancellationToken);
            using var leadership = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.InDoubt, lease.Lost);
            long start = client.Time.GetTimestamp();
            try
            {
                if (await leader.WorkAsync(leadership.Token))
                    return true;
            }
            catch (OperationCanceledException) when (leadership.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // In doubt, or lost.
                continue;
            }
            catch (Exception e) when (IsPassing(e) && !cancellationToken.IsCancellationRequested)
            {
                if (!leader.Failed(e, isLeading: true))
                    throw;
            }

            if (client.Time.GetElapsedTime(start) > LongestPause)
                pause = FirstPause;
            await Task.Delay(pause, client.Time, cancellationToken);
        }

        return false;
    }

    private static bool IsPassing(Exception e) => TransientFailure.Is(e) || e is KubernetesException;

    private static async Task ReleaseAsync(LeaderLease lease)
    {
        using CancellationTokenSource limit = new(CleanUp, TimeProvider.System);
        try
        {
            await lease.ReleaseAsync(limit.Token);
        }
        catch (Exception e)
            when (e
                    is KubernetesException
                        or NodeManagerException
                        or OperationCanceledException
                        or HttpRequestException
                        or IOException
                        or ObjectDisposedException
            )
        {
            // The Lease expires.
        }
    }
}

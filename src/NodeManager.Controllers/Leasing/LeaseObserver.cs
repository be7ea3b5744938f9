using System.Net;
using NodeManager.Controllers.Caching;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Controllers.Leasing;

/// <summary>
/// Finds out whether the holder of a Lease lives. Clocks of two machines differ, so the times in a Lease are never compared with the own clock:
/// a holder is gone when its Lease was seen to stay as it is for its whole duration.
/// </summary>
public static class LeaseObserver
{
    /// <summary>What the Lease says now.</summary>
    public static async Task<LeaseState> ReadAsync(KubernetesClient client, string name, string ns, CancellationToken cancellationToken)
    {
        try
        {
            return LeaseState.Of(await client.GetAsync(Resources.Leases, name, ns, cancellationToken));
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            return LeaseState.Missing;
        }
    }

    /// <summary>Reads the Lease, and where it has a holder waits for a renewal: until it comes, or should have come.</summary>
    /// <param name="client">Reads it.</param>
    /// <param name="caches">Watch it.</param>
    /// <param name="name">Of the Lease.</param>
    /// <param name="ns">Of the Lease.</param>
    /// <param name="waits">Told of the holder, before it is waited for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<LeaseState> ObserveAsync(
        KubernetesClient client, ObjectCaches caches, string name, string ns, Action<LeaseState> waits, CancellationToken cancellationToken)
    {
        LeaseState first = await ReadAsync(client, name, ns, cancellationToken);
        if (!first.IsHeld) return first;
        waits(first);
        using CacheUse<Lease> use = caches.Open(Resources.Leases, new() { Namespace = ns, FieldSelector = $"metadata.name={name}" });
        using CancellationTokenSource limit = client.Time.StartLimit(first.Duration);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        LeaseState last = first;
        try
        {
            use.Cache.Admit(first.Lease!);
            await use.Cache.Synced.WaitAsync(stop.Token);
            while (true)
            {
                Task changed = use.Cache.Changed();
                last = use.Cache.Find(ns, name) is { } lease ? LeaseState.Of(lease) : LeaseState.Missing;
                if (!last.IsHeld || last.HasMovedSince(first)) return last;
                await changed.WaitAsync(stop.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Its holder had its time.
            return last with { IsHeld = false };
        }
    }

    /// <summary>Waits for twice the Lease's duration until its holder has let it go, has lost it, or did not renew it for its duration.</summary>
    /// <param name="client">Its clock counts.</param>
    /// <param name="caches">Watch the Lease.</param>
    /// <param name="first">As it was read, with a holder.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False where its holder renews it still.</returns>
    public static async Task<bool> WaitForEndAsync(KubernetesClient client, ObjectCaches caches, LeaseState first, CancellationToken cancellationToken)
    {
        (string name, string ns) = (first.Lease!.Metadata.Name, first.Lease.Metadata.Namespace!);
        using CacheUse<Lease> use = caches.Open(Resources.Leases, new() { Namespace = ns, FieldSelector = $"metadata.name={name}" });
        using CancellationTokenSource limit = client.Time.StartLimit(2 * first.Duration);
        use.Cache.Admit(first.Lease);
        for (LeaseState last = first; ;)
        {
            using CancellationTokenSource silence = client.Time.StartLimit(first.Duration);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token, silence.Token);
            try
            {
                await use.Cache.Synced.WaitAsync(stop.Token);
                LeaseState now;
                while (true)
                {
                    Task changed = use.Cache.Changed();
                    now = use.Cache.Find(ns, name) is { } lease ? LeaseState.Of(lease) : LeaseState.Missing;
                    if (!now.IsHeld || now.Holder != first.Holder) return true;
                    if (now.HasMovedSince(last)) break;
                    await changed.WaitAsync(stop.Token);
                }

                last = now;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return silence.IsCancellationRequested;
            }
        }
    }
}

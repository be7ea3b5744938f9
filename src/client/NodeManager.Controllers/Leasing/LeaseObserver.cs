using NodeManager.Controllers.Caching;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Controllers.Leasing;

/// <summary>
/// Observes whether the holder of a Lease is alive. Clocks of machines differ, so the times in a Lease are never compared with the local
/// clock: a holder is dead when its Lease was not changed for its whole duration.
/// </summary>
public static class LeaseObserver
{
    public static async Task<LeaseState> ReadAsync(KubernetesClient client, string name, string ns, CancellationToken cancellationToken) =>
        await client.FindAsync(Resources.Leases, name, ns, cancellationToken) is { } lease ? LeaseState.Of(lease) : LeaseState.Missing;

    /// <summary>Reads the Lease and, if it has a holder, waits until it is renewed or a renewal is overdue.</summary>
    /// <param name="waits">Called with the holder before waiting.</param>
    public static async Task<LeaseState> ObserveAsync(
        KubernetesClient client,
        ObjectCaches caches,
        string name,
        string ns,
        Action<LeaseState> waits,
        CancellationToken cancellationToken
    )
    {
        LeaseState first = await ReadAsync(client, name, ns, cancellationToken);
        if (!first.IsHeld)
            return first;
        waits(first);
        using CacheUse<Lease> use = Open(caches, first.Lease!);
        return await NextAsync(client, use, first, confirms: true, cancellationToken);
    }

    /// <summary>Waits until the Lease has no holder, does not exist, or was not renewed for its whole duration.</summary>
    /// <param name="client">Provides the clock.</param>
    /// <param name="waits">Called with each holder that is waited for.</param>
    public static async Task<LeaseState> WaitUntilFreeAsync(
        KubernetesClient client,
        ObjectCaches caches,
        LeaseState state,
        Action<LeaseState> waits,
        CancellationToken cancellationToken
    )
    {
        if (!state.IsHeld)
            return state;
        using CacheUse<Lease> use = Open(caches, state.Lease!);
        for (string reportedHolder = ""; state.IsHeld; state = await NextAsync(client, use, state, confirms: false, cancellationToken))
        {
            if (state.Holder == reportedHolder)
                continue;
            waits(state);
            reportedHolder = state.Holder;
        }

        return state;
    }

    /// <summary>Waits up to twice the Lease's duration until its holder has released, lost or not renewed it.</summary>
    /// <returns>False if its holder still renews it.</returns>
    public static async Task<bool> WaitForEndAsync(
        KubernetesClient client,
        ObjectCaches caches,
        LeaseState first,
        CancellationToken cancellationToken
    )
    {
        using CacheUse<Lease> use = Open(caches, first.Lease!);
        using CancellationTokenSource limit = client.Time.StartLimit(2 * first.Duration);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            LeaseState state = first;
            while (state.IsHeld && state.Holder == first.Holder)
                state = await NextAsync(client, use, state, confirms: true, stop.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static CacheUse<Lease> Open(ObjectCaches caches, Lease lease)
    {
        CacheUse<Lease> use = caches.Open(
            Resources.Leases,
            new() { Namespace = lease.Metadata.Namespace, FieldSelector = $"metadata.name={lease.Metadata.Name}" }
        );
        use.Cache.AddOrUpdate(lease);
        return use;
    }

    // The next state: a renewal, another holder or none. Without a change for the whole duration, the lease has expired. Whoever takes it
    // writes it, and the server refuses a version that is out of date. Others confirm it: an interrupted watch is as silent as a dead holder.
    private static async Task<LeaseState> NextAsync(
        KubernetesClient client,
        CacheUse<Lease> use,
        LeaseState former,
        bool confirms,
        CancellationToken cancellationToken
    )
    {
        (string name, string ns) = (former.Lease!.Metadata.Name, former.Lease.Metadata.Namespace!);
        using CancellationTokenSource silence = client.Time.StartLimit(former.Duration);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        LeaseState last = former;
        try
        {
            await use.Cache.Synced.WaitAsync(stop.Token);
            while (true)
            {
                Task changed = use.Cache.Changed();
                last = use.Cache.Find(ns, name) is { } lease ? LeaseState.Of(lease) : LeaseState.Missing;
                if (!last.IsHeld || last.HasMovedSince(former))
                    return last;
                await client.Time.WaitForChangeAsync([changed], null, stop.Token);
            }
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            if (confirms)
                last = await ReadAsync(client, name, ns, cancellationToken);
            return last.HasMovedSince(former) ? last : last with { IsHeld = false };
        }
    }
}

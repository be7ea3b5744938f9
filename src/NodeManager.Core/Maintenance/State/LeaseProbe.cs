using System.Net;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Core.Maintenance.State;

/// <summary>
/// Finds out whether somebody still works on a run. Clocks of two machines differ, so a lease is dead only when it was seen to stay
/// unrenewed for its whole duration; one that is overdue by twice that is taken at its word.
/// </summary>
internal static class LeaseProbe
{
    /// <summary>Looks, and where it is not plain, waits for the next renewal: until it comes, or would have had to come.</summary>
    public static async Task<LeaseState> LookAsync(
        ClusterConnection connection, string run, string ns, Action<LeaseState> waits, CancellationToken cancellationToken)
    {
        LeaseState first = await ReadAsync(connection, run, ns, cancellationToken);
        if (!first.IsAlive || first.Silence(connection.Time.GetUtcNow()) > 2 * first.Duration) return first with { IsAlive = false };
        waits(first);
        using CancellationTokenSource limit = connection.Time.StartLimit(first.Duration);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        LeaseState last = first;
        try
        {
            ListOptions what = new() { Namespace = ns, FieldSelector = "metadata.name=" + RunLayout.NameOf(run) };
            await foreach (WatchEvent<Lease> seen in connection.Client.WatchAsync(Resources.Leases, what, stop.Token))
            {
                if (seen.Type == WatchEventType.Synced) continue;
                last = seen.Type == WatchEventType.Deleted ? new(null, false) : Of(seen.Object);
                bool isRenewed = last.Lease?.Spec.RenewTime != first.Lease?.Spec.RenewTime || last.Holder != first.Holder;
                if (!last.IsAlive || isRenewed) return last;
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Its holder had its time.
        }

        cancellationToken.ThrowIfCancellationRequested();
        return last with { IsAlive = false };
    }

    /// <summary>What it says now: alive is who holds it at all.</summary>
    public static async Task<LeaseState> ReadAsync(ClusterConnection connection, string run, string ns, CancellationToken cancellationToken)
    {
        try
        {
            return Of(await connection.Client.GetAsync(Resources.Leases, RunLayout.NameOf(run), ns, cancellationToken));
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotFound)
        {
            return new(null, false);
        }
    }

    private static LeaseState Of(Lease lease) => new(lease, !string.IsNullOrEmpty(lease.Spec.HolderIdentity));
}

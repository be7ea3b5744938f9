using System.Collections.Concurrent;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Autoscaling.Claims;

/// <summary>
/// The lease in a claim's status: who works on its machine, and on which step. Beside the autoscaler's own Lease it excludes other
/// programs, such as the original KubeNodeSmith. A lease that was observed unchanged for its duration has expired. Thread-safe.
/// </summary>
internal sealed class ClaimLeases(AutoscalerScope scope)
{
    public const string Launching = nameof(Launching),
        Replacing = nameof(Replacing),
        Draining = nameof(Draining),
        Terminating = nameof(Terminating);

    private const int TimeoutSeconds = 30;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (string Sign, long Since)> _seen = new(StringComparer.Ordinal);

    /// <summary>How long another's lease must still be observed; null: the claim is free.</summary>
    public TimeSpan? Remaining(NodeSmithClaim claim)
    {
        string uid = claim.Metadata.Uid!;
        if (claim.Status?.Lease is not { Holder.Length: > 0 } lease || lease.Holder == scope.Identity)
        {
            _seen.TryRemove(uid, out _);
            return null;
        }

        string sign = $"{lease.Holder} {lease.Started:O} {lease.LastHeartbeat:O}";
        long now = scope.Time.GetTimestamp();
        (string Sign, long Since) seen = _seen.AddOrUpdate(uid, _ => (sign, now), (_, known) => known.Sign == sign ? known : (sign, now));
        TimeSpan remaining =
            TimeSpan.FromSeconds(lease.TimeoutSeconds is { } seconds and > 0 ? seconds : TimeoutSeconds)
            - scope.Time.GetElapsedTime(seen.Since, now);
        return remaining > TimeSpan.Zero ? remaining : null;
    }

    /// <summary>Our lease, new or renewed.</summary>
    public NodeSmithClaimLease Take(NodeSmithClaimLease? current, string phase) =>
        current is { } ours && ours.Holder == scope.Identity && ours.Phase == phase
            ? ours
            : new()
            {
                Holder = scope.Identity,
                Phase = phase,
                Started = scope.Now,
                LastHeartbeat = scope.Now,
                TimeoutSeconds = TimeoutSeconds,
            };

    /// <summary>Runs a long action with renewals of the lease.</summary>
    public async Task<TResult> RunWithLeaseAsync<TResult>(
        NodeSmithClaim claim,
        Func<CancellationToken, Task<TResult>> work,
        CancellationToken cancellationToken
    )
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task beating = RenewAsync(claim, ended.Token);
        try
        {
            return await work(cancellationToken);
        }
        finally
        {
            await ended.CancelAsync();
            await beating;
        }
    }

    public void Remove(string uid) => _seen.TryRemove(uid, out _);

    private async Task RenewAsync(NodeSmithClaim claim, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Heartbeat, scope.Time, cancellationToken);
                try
                {
                    string time = scope.Now.UtcDateTime.ToString(
                        "yyyy-MM-dd'T'HH:mm:ss'Z'",
                        System.Globalization.CultureInfo.InvariantCulture
                    );
                    // A cancelled renewal may arrive after the lease was released or taken by another: it must not restore it.
                    NodeSmithClaim now = await scope.Client.PatchAsync(
                        NodeSmithResources.Claims,
                        claim.Metadata.Name,
                        claim.Metadata.Namespace,
                        Patch.Json([
                            Patch.Operation("test", "/metadata/uid", claim.Metadata.Uid),
                            Patch.Operation("test", "/status/lease/holder", scope.Identity),
                            Patch.Operation("add", "/status/lease/lastHeartbeat", time),
                        ]),
                        "status",
                        RequestOptions.Default,
                        cancellationToken
                    );
                    scope.Claims.AddOrUpdate(now);
                }
                catch (Exception e) when (e is KubernetesException or NodeManagerException or HttpRequestException or IOException)
                {
                    // The next renewal may succeed; the work itself detects the failure.
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The work has ended.
        }
    }
}

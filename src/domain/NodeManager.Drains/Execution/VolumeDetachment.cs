using System.Net;
using NodeManager.Controllers.Caching;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Drains.Execution;

/// <summary>
/// Waits until the volumes of the evicted pods are detached: a machine that is switched off earlier may hold them for minutes. A resumed
/// drain does not know the volumes of pods evicted before, so it waits for all volumes of the node that no remaining pod uses. So does a
/// drain that cannot read claims, if no remaining pod uses one.
/// </summary>
internal sealed class VolumeDetachment
{
    private static readonly ObjectIndex<VolumeAttachment> ByNode = new(static attachment => [attachment.Spec.NodeName]);

    private readonly DrainScope _scope;
    private readonly string _node;
    private readonly Func<string, bool> _counts;

    /// <param name="counts">Whether a PersistentVolume of this name has to be detached.</param>
    private VolumeDetachment(DrainScope scope, string node, Func<string, bool> counts)
    {
        _scope = scope;
        _node = node;
        _counts = counts;
    }

    public IReadOnlyList<string> Attached { get; private set; } = [];

    /// <summary>Looks up the volumes while their claims exist. Null if there is nothing to wait for.</summary>
    /// <param name="unselected">The pods that stay on the node with their volumes.</param>
    /// <param name="goesOn">True if an earlier drain began on the node and may have ended before its volumes were detached.</param>
    /// <param name="warn">Receives a warning if the volumes cannot be looked up.</param>
    public static async Task<VolumeDetachment?> FindAsync(
        DrainScope scope,
        string node,
        IReadOnlyList<PlannedPod> pods,
        IEnumerable<Pod> unselected,
        bool goesOn,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        ILookup<bool, (string Namespace, string Claim)> claims = pods.Select(p => (Stays: p.Plan.Decision == DrainDecision.Skip, p.Pod))
            .Concat(unselected.Select(p => (Stays: true, Pod: p)))
            .SelectMany(p => ClaimsOf(p.Pod).Select(c => (p.Stays, Claim: c)))
            .ToLookup(c => c.Stays, c => c.Claim);
        if (!goesOn && !claims[false].Any())
            return null;

        HashSet<string>? leaving = await VolumesOfAsync(scope, claims[false], cancellationToken);
        HashSet<string>? staying = await VolumesOfAsync(scope, claims[true], cancellationToken);
        if (staying is null)
        {
            warn(
                "Permission denied: cannot read PersistentVolumeClaims. The volumes of the evicted pods are unknown; the drain does not wait for their detachment."
            );
            return null;
        }

        if (goesOn || leaving is null)
            return new(scope, node, volume => !staying.Contains(volume));
        leaving.ExceptWith(staying);
        return leaving.Count == 0 ? null : new(scope, node, leaving.Contains);
    }

    /// <summary>True if all are detached (or, with a warning, cannot be read); false at the timeout.</summary>
    /// <param name="records">The volumes of pods that were skipped or returned stay attached.</param>
    public async Task<bool> WaitAsync(IEnumerable<PodRecord> records, Action<string> warn, CancellationToken cancellationToken)
    {
        Pod[] remaining =
        [
            .. records
                .Where(static one => one.Outcome is DrainPodOutcome.Skipped or DrainPodOutcome.Returned)
                .Select(static one => one.Pod),
        ];
        using CancellationTokenSource limit = _scope.Time.StartLimit(_scope.Options.VolumeDetachTimeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using CacheUse<VolumeAttachment> use = _scope.Caches.Open(Resources.VolumeAttachments, new());
        try
        {
            HashSet<string> used = await VolumesOfAsync(_scope, remaining.SelectMany(ClaimsOf), linked.Token) ?? [];
            await use.Cache.Synced.WaitAsync(linked.Token);
            while (true)
            {
                (IReadOnlyList<VolumeAttachment> attachments, Task changed) = use.Cache.Observe(ByNode, _node);
                Attached =
                [
                    .. attachments.Select(VolumeOf).Where(one => _counts(one) && !used.Contains(one)).Order(StringComparer.Ordinal),
                ];
                if (Attached.Count == 0)
                    return true;
                await _scope.Time.WaitForChangeAsync([changed], null, linked.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Attached.Count == 0;
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            warn($"Cannot check whether the volumes of the evicted pods are detached: {refused.Message}");
            return true;
        }
    }

    private static string VolumeOf(VolumeAttachment attachment) => attachment.Spec.Source.PersistentVolumeName ?? attachment.Metadata.Name;

    // The claim of a generic ephemeral volume is named POD-VOLUME.
    private static IEnumerable<(string Namespace, string Claim)> ClaimsOf(Pod pod) =>
        (pod.Spec.Volumes ?? [])
            .Select(v => v.PersistentVolumeClaim?.ClaimName ?? (v.Ephemeral is null ? null : $"{pod.Metadata.Name}-{v.Name}"))
            .OfType<string>()
            .Select(claim => (pod.Metadata.Namespace ?? "", claim));

    private static async Task<HashSet<string>?> VolumesOfAsync(
        DrainScope scope,
        IEnumerable<(string Namespace, string Claim)> claims,
        CancellationToken cancellationToken
    )
    {
        try
        {
            PersistentVolumeClaim?[] found = await Task.WhenAll(
                claims
                    .Distinct()
                    .Select(c => scope.Client.FindAsync(Resources.PersistentVolumeClaims, c.Claim, c.Namespace, cancellationToken))
            );
            return [.. found.Select(static one => one?.Spec.VolumeName).OfType<string>()];
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            return null;
        }
    }
}

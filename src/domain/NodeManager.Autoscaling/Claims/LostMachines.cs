using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Providers;
using NodeManager.Controllers.Queueing;
using NodeManager.Core.Machines;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Errors;
using NodeManager.Scheduling;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Claims;

/// <summary>
/// Cleans up after a claim whose machine no longer exists: no kubelet will ever end its pods. As in Kubernetes' non-graceful node shutdown,
/// the node gets the out-of-service taint, which allows immediate volume detachment, and its pods are force-deleted.
/// </summary>
internal sealed class LostMachines(ClaimWork work)
{
    private const string OutOfService = "node.kubernetes.io/out-of-service";

    // A provider is not asked at every change of the node.
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DetachLimit = TimeSpan.FromMinutes(2),
        DetachPoll = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (bool IsLost, long At)> _known = new(StringComparer.Ordinal);

    /// <summary>The recheck interval during the drain of a node that is not Ready.</summary>
    public static TimeSpan Recheck => CheckInterval;

    /// <summary>True if the node is not Ready and the provider reports that the claim's machine does not exist.</summary>
    public async Task<bool> IsLostAsync(NodeSmithClaim claim, Node node, CancellationToken cancellationToken)
    {
        string uid = claim.Metadata.Uid!;
        if (node.IsReady())
            return false;
        if (
            _known.TryGetValue(uid, out (bool IsLost, long At) known)
            && (known.IsLost || work.Scope.Time.GetElapsedTime(known.At) < CheckInterval)
        )
            return known.IsLost;
        MachineProviderAccess access = await work.OpenProviderAsync(claim, work.PoolOf(claim), cancellationToken);
        bool isLost =
            access.Provider is { } provider
            && (await provider.GetAsync(ClaimAttempts.IdentityOf(claim), cancellationToken)).Outcome == MachineOutcome.NotFound;
        _known[uid] = (isLost, work.Scope.Time.GetTimestamp());
        return isLost;
    }

    /// <summary>Null if the node may be deleted.</summary>
    public async Task<ReconcileResult?> ReleaseAsync(NodeSmithClaim claim, Node node, CancellationToken cancellationToken)
    {
        string uid = claim.Metadata.Uid!,
            name = node.Metadata.Name;
        if (node.Spec.Taints?.Exists(static taint => taint.Key == OutOfService) != true)
        {
            work.Seen.Begin(uid, OutOfService);
            work.Record(
                claim,
                "Remove",
                $"Machine {claim.Status!.MachineName} ({claim.Status.ProviderID}) does not exist. Node {name} is marked out of service, and its pods are force-deleted."
            );
            work.Scope.Nodes.AddOrUpdate(
                await NodePatcher.ChangeAsync(
                    work.Scope.Connection,
                    new NodeTarget(name, node.Metadata.Uid ?? ""),
                    static current => Patch(current),
                    dryRun: false,
                    cancellationToken
                )
            );
        }

        foreach (
            Pod pod in (
                await work.Scope.Client.ListAsync(
                    KubernetesResources.Pods,
                    new() { FieldSelector = $"spec.nodeName={name}" },
                    cancellationToken
                )
            ).Items
        )
            if (!pod.IsMirror())
                await KillAsync(pod, cancellationToken);
        return work.Seen.Elapsed(uid, OutOfService, work.Scope.Now) < DetachLimit && await HasVolumesAsync(name, cancellationToken)
            ? ReconcileResult.RequeueAfter(DetachPoll)
            : null;
    }

    public void Remove(string uid) => _known.TryRemove(uid, out _);

    private static JsonObject? Patch(JsonObject node) =>
        TaintEdit.Set(
            node["spec"]?["taints"]?.AsArray(),
            [
                new NodeTaint
                {
                    Key = OutOfService,
                    Value = "nodeshutdown",
                    Effect = "NoExecute",
                },
            ],
            overwrite: true,
            ""
        )
            is { } taints
            ? new() { ["spec"] = new JsonObject { ["taints"] = taints } }
            : null;

    private async Task KillAsync(Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            await work.Scope.Client.DeleteAsync(
                KubernetesResources.Pods,
                pod.Metadata.Name,
                pod.Metadata.Namespace,
                new()
                {
                    GracePeriodSeconds = 0,
                    Preconditions = new() { Uid = pod.Metadata.Uid },
                },
                cancellationToken
            );
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Deleted, or replaced under its name.
        }
    }

    private async Task<bool> HasVolumesAsync(string node, CancellationToken cancellationToken)
    {
        try
        {
            return (await work.Scope.Client.ListAsync(KubernetesResources.VolumeAttachments, new(), cancellationToken)).Items.Exists(one =>
                one.Spec.NodeName == node
            );
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}

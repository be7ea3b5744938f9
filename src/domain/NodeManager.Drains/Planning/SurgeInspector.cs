using System.Net;
using NodeManager.Drains.Decisions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

/// <summary>Reads the input of <see cref="SurgeRules"/>, for plan and run.</summary>
internal sealed class SurgeInspector(KubernetesClient client, int minorVersion)
{
    /// <summary>True if a budget blocks the pod and waiting does not help.</summary>
    public bool IsStuck(Pod pod, IReadOnlyList<PodDisruptionBudget> covering) =>
        !covering.Any(BudgetRules.IsStale) && BudgetRules.Refusal(pod, covering, minorVersion) is { IsLasting: true };

    /// <summary>The Deployment of a pod, and whether it may be restarted.</summary>
    public async Task<SurgeCandidate> JudgeAsync(Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            Deployment? found = await FindAsync(pod, cancellationToken);
            HashSet<string> exclusive = await ExclusiveClaimsAsync(pod, cancellationToken);
            return new(found, SurgeRules.Refusal(pod, found, exclusive.Contains));
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            return new(null, refused.Message);
        }
    }

    private async Task<Deployment?> FindAsync(Pod pod, CancellationToken cancellationToken)
    {
        if (pod.Controller() is not { Kind: "ReplicaSet" } owner)
            return null;
        ReplicaSet set = await client.GetAsync(Resources.ReplicaSets, owner.Name, pod.Metadata.Namespace, cancellationToken);
        return set.Metadata.OwnerReferences?.Find(o => o is { Controller: true, Kind: "Deployment" }) is { } parent
            ? await client.GetAsync(Resources.Deployments, parent.Name, pod.Metadata.Namespace, cancellationToken)
            : null;
    }

    private async Task<HashSet<string>> ExclusiveClaimsAsync(Pod pod, CancellationToken cancellationToken)
    {
        string[] names = [.. (pod.Spec.Volumes ?? []).Select(v => v.PersistentVolumeClaim?.ClaimName).OfType<string>()];
        PersistentVolumeClaim[] claims = await Task.WhenAll(
            names.Select(n => client.GetAsync(Resources.PersistentVolumeClaims, n, pod.Metadata.Namespace, cancellationToken))
        );
        return
        [
            .. claims
                .Where(c => c.Spec.AccessModes?.Exists(m => m is "ReadWriteMany" or "ReadOnlyMany") != true)
                .Select(c => c.Metadata.Name),
        ];
    }
}

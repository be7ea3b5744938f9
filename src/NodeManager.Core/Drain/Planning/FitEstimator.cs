using System.Net;
using System.Text.Json;
using NodeManager.Core.Drain.Rules;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Core.Drain.Planning;

/// <summary>Will the pods of drained nodes find room elsewhere, all nodes going at once and every pod placed counting for the next?</summary>
internal sealed class FitEstimator(KubernetesClient client)
{
    /// <summary>Answers by the pods' UIDs, for those that are to be evicted.</summary>
    public async Task<IReadOnlyDictionary<string, (string Fits, string Reason)>> EstimateAsync(
        IReadOnlyList<PlannedNode> plans, ServerCapabilities server, CancellationToken cancellationToken)
    {
        List<PlannedPod> leaving = [.. plans.SelectMany(p => p.Pods).Where(p => p.Plan.Decision is DrainDecision.Evict or DrainDecision.Wait)];
        List<PlannedPod> moving = [.. leaving.Where(p => p.Plan.Decision == DrainDecision.Evict)];
        if (moving.Count == 0) return new Dictionary<string, (string, string)>();

        ClusterSnapshot snapshot;
        try
        {
            snapshot = await ReadAsync(moving, server, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            return moving.ToDictionary(p => p.Pod.Uid(), _ => ("Unknown", $"The cluster may not be read: {refused.Message}"));
        }

        foreach (PlannedPod pod in leaving) snapshot.RemovePod(pod.Pod);
        HashSet<string> drained = [.. plans.Select(p => p.Name)];
        return moving.ToDictionary(p => p.Pod.Uid(), p => Place(p, snapshot, drained));
    }

    private static (string Fits, string Reason) Place(PlannedPod planned, ClusterSnapshot snapshot, HashSet<string> drained)
    {
        if (planned.Plan.Rule == "Finished") return ("Unknown", "It has ended; whether it is made anew is its owner's affair.");
        if (planned.Pod.Controller() is null) return ("Unknown", "No controller owns it, so nobody makes it anew.");

        Pod successor = Successor(planned.Pod);
        Placement placement = PodPlacement.Find(successor, snapshot, node => !drained.Contains(node.Name));
        if (placement.Node is { } node) snapshot.Assume(successor, node);
        return placement.Verdict switch
        {
            FitVerdict.Fits => ("Yes", ""),
            FitVerdict.DoesNotFit when snapshot.Nodes.All(n => drained.Contains(n.Name)) => ("No", "all nodes are drained together"),
            FitVerdict.DoesNotFit => ("No", placement.Message),
            _ => ("Unknown", placement.Message),
        };
    }

    // What the owner makes anew has the same needs and no node yet.
    private static Pod Successor(Pod pod)
    {
        Pod copy = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(pod, KubernetesJson.Default.Pod), KubernetesJson.Default.Pod)!;
        copy.Spec.NodeName = null;
        return copy;
    }

    private async Task<ClusterSnapshot> ReadAsync(List<PlannedPod> moving, ServerCapabilities server, CancellationToken cancellationToken)
    {
        bool usesClaims = moving.Exists(p => p.Pod.Spec.Volumes?.Exists(v => v.PersistentVolumeClaim is not null || v.Ephemeral is not null) == true);
        Task<KubernetesList<Node>> nodes = client.ListAsync(Resources.Nodes, new(), cancellationToken);
        Task<KubernetesList<Pod>> pods = client.ListAsync(Resources.Pods, new(), cancellationToken);
        Task<List<Namespace>> namespaces = ReadAsync(Resources.Namespaces, true, cancellationToken);
        Task<List<PersistentVolumeClaim>> claims = ReadAsync(Resources.PersistentVolumeClaims, usesClaims, cancellationToken);
        Task<List<PersistentVolume>> volumes = ReadAsync(Resources.PersistentVolumes, usesClaims, cancellationToken);
        await Task.WhenAll(nodes, pods, namespaces, claims, volumes);

        ClusterSnapshot snapshot = ClusterSnapshot.Of((await nodes).Items, (await pods).Items, server.Minor);
        foreach (Namespace ns in await namespaces) snapshot.SetNamespace(ns.Metadata.Name, ns.Metadata.Labels);
        foreach (PersistentVolumeClaim claim in await claims) snapshot.SetClaim(claim);
        foreach (PersistentVolume volume in await volumes) snapshot.SetVolume(volume);
        return snapshot;
    }

    // What may not be read the rules answer with Unknown.
    private async Task<List<T>> ReadAsync<T>(ResourceType<T> type, bool isNeeded, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        if (!isNeeded) return [];
        try
        {
            return (await client.ListAsync(type, new(), cancellationToken)).Items;
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            return [];
        }
    }
}

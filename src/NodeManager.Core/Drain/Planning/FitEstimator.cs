using System.Net;
using System.Text.Json;
using NodeManager.Core.Drain.Rules;
using NodeManager.Core.Placement;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

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
            (snapshot, _) = await new SnapshotReader(client, static _ => { }).ReadAsync(server.Minor, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            return moving.ToDictionary(p => p.Pod.Uid(), _ => ("Unknown", $"Permission denied: {refused.Message}"));
        }

        foreach (PlannedPod pod in leaving) snapshot.RemovePod(pod.Pod);
        HashSet<string> drained = [.. plans.Select(p => p.Name)];
        return moving.ToDictionary(p => p.Pod.Uid(), p => Place(p, snapshot, drained));
    }

    private static (string Fits, string Reason) Place(PlannedPod planned, ClusterSnapshot snapshot, HashSet<string> drained)
    {
        if (planned.Plan.Rule == "Finished") return ("Unknown", "It has ended; whether it is recreated depends on its owner.");
        if (planned.Pod.Controller() is null) return ("Unknown", "Unmanaged pod: no controller will recreate it.");

        Pod successor = Successor(planned.Pod);
        NodeManager.Scheduling.Decisions.Placement placement = PodPlacement.Find(successor, snapshot, node => !drained.Contains(node.Name));
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
}

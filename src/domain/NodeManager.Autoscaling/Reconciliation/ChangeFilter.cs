using System.Collections.Concurrent;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Reconciliation;

/// <summary>Filters irrelevant changes, mainly heartbeats.</summary>
/// <param name="imageOf">A hash of the relevant fields of an object.</param>
internal sealed class ChangeFilter<T>(Func<T, int> imageOf)
    where T : KubernetesObject
{
    private readonly ConcurrentDictionary<string, int> _images = new(StringComparer.Ordinal);

    public bool Matters(ObjectChange<T> change)
    {
        string uid = change.Object.Metadata.Uid!;
        if (change.IsDeletion)
            return _images.TryRemove(uid, out _) || true;
        int image = imageOf(change.Object);
        bool isNew = !_images.TryGetValue(uid, out int known) || known != image;
        _images[uid] = image;
        return isNew;
    }
}

/// <summary>Hashes of the fields that are relevant for a plan.</summary>
internal static class PlanImages
{
    public static int Of(Pod pod) =>
        HashCode.Combine(
            pod.Spec.NodeName,
            pod.Status.Phase,
            pod.Metadata.DeletionTimestamp is null,
            pod.Status.NominatedNodeName,
            HashCode.Combine(
                pod.Metadata.Annotations?.GetValueOrDefault(DisruptionAnnotations.DoNotDisrupt),
                pod.Metadata.Annotations?.GetValueOrDefault(DisruptionAnnotations.SafeToEvict)
            ),
            pod.Status.Conditions.Find("PodScheduled") is { } scheduled ? HashCode.Combine(scheduled.Status, scheduled.Reason) : 0
        );

    /// <summary>The status of a DaemonSet is derived from its pods.</summary>
    public static int Of(DaemonSet set) => HashCode.Combine(set.Metadata.Generation, set.Metadata.DeletionTimestamp is null);

    /// <summary>The allowed disruptions, which decide with the PDB's specification.</summary>
    public static int Of(PodDisruptionBudget budget) =>
        HashCode.Combine(budget.Metadata.Generation, budget.Status.DisruptionsAllowed, budget.Status.ObservedGeneration);

    /// <summary>The status of a pool is derived from plans, except for the time of the last scaling.</summary>
    public static int Of(NodeSmithPool pool) =>
        HashCode.Combine(pool.Metadata.Generation, pool.Metadata.DeletionTimestamp is null, pool.Status?.LastScaleActivity);

    public static int Of(NodeSmithControlPlane plane) =>
        HashCode.Combine(plane.Metadata.Generation, plane.Metadata.DeletionTimestamp is null);

    public static int Of(NodeSmithProvider provider) =>
        HashCode.Combine(provider.Metadata.Generation, provider.Metadata.DeletionTimestamp is null);

    public static int Of(Node node)
    {
        HashCode hash = default;
        hash.Add(node.Spec.Unschedulable == true);
        hash.Add(node.Spec.ProviderID);
        // Renewals of a lock change nothing; its end makes the node available to a claim or a plan.
        if (NodeLock.Read(node) is { } held)
            hash.Add(HashCode.Combine(held.Operation, held.Holder));
        hash.Add(node.IsReady());
        hash.Add(ReclaimNotice.Of(node));
        hash.Add(DisruptionAnnotations.KeepingOf(node));
        hash.Add(node.Metadata.DeletionTimestamp is null);
        foreach (Taint taint in node.Spec.Taints ?? [])
            hash.Add(HashCode.Combine(taint.Key, taint.Value, taint.Effect));
        foreach ((string key, string value) in node.Metadata.Labels ?? [])
            hash.Add(HashCode.Combine(key, value));
        foreach ((string key, var amount) in node.Status.Allocatable ?? [])
            hash.Add(HashCode.Combine(key, amount));
        foreach ((string key, var amount) in node.Status.Capacity ?? [])
            hash.Add(HashCode.Combine(key, amount));
        return hash.ToHashCode();
    }
}

using System.Collections.Concurrent;
using NodeManager.Autoscaling.Resources;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Autoscaling.Reconciliation;

/// <summary>Tells changes that matter from those that do not: heartbeats, most of all.</summary>
/// <param name="imageOf">A hash of what matters of an object.</param>
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

/// <summary>What of objects matters for a plan. Pure.</summary>
internal static class PlanImages
{
    public static int Of(Pod pod) =>
        HashCode.Combine(
            pod.Spec.NodeName,
            pod.Status.Phase,
            pod.Metadata.DeletionTimestamp is null,
            pod.Status.NominatedNodeName,
            pod.Status.Conditions.Find("PodScheduled") is { } scheduled ? HashCode.Combine(scheduled.Status, scheduled.Reason) : 0
        );

    /// <summary>The status of a pool repeats what a plan knows, except for the time of the last scaling.</summary>
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
        // Renewals of a lock change nothing; its end lets a claim or a plan have the node.
        if (NodeLock.Read(node) is { } held)
            hash.Add(HashCode.Combine(held.Operation, held.Holder));
        hash.Add(node.Status.Conditions.IsTrue("Ready"));
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

using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Filters;

/// <summary>
/// The node can reach the volumes that the pod's claims are bound to, and those that wait for a first consumer can be filled there.
/// Source: "Volume binding mode" of the Kubernetes documentation.
/// </summary>
internal sealed class VolumeNodeAffinityFilter : INodeFilter
{
    private readonly List<NodeSelector> required = [];
    private readonly List<PersistentVolumeClaim> waiting = [];
    private readonly List<string> unknown = [];
    private readonly string conflict;
    private readonly Pod pod;
    private readonly ClusterSnapshot snapshot;

    public VolumeNodeAffinityFilter(Pod pod, ClusterSnapshot snapshot)
    {
        this.pod = pod;
        this.snapshot = snapshot;
        conflict = snapshot.MinorVersion >= 34 ? "node(s) didn't match PersistentVolume's node affinity" : "node(s) had volume node affinity conflict";
        foreach (Volume volume in pod.Spec.Volumes ?? [])
        {
            if (Obstacle is not null) return;
            if (volume.Ephemeral is not null) Look(volume, $"{pod.Metadata.Name}-{volume.Name}");
            else if (volume.PersistentVolumeClaim is { } source) Look(volume, source.ClaimName);
        }
    }

    /// <summary>Why no node at all will do; null where it depends on the node.</summary>
    public string? Obstacle { get; private set; }

    public FitResult Evaluate(NodeState node)
    {
        if (Obstacle is not null) return FitResult.Never(Obstacle);
        if (!required.TrueForAll(selector => selector.Selects(node.Node))) return FitResult.Never(conflict);
        if (!waiting.TrueForAll(claim => VolumeBinding.CanFill(claim, node.Node, snapshot)))
            return FitResult.Never("node(s) didn't find available persistent volumes to bind");
        return unknown.Count == 0 ? FitResult.Fits : FitResult.Unknown([.. unknown]);
    }

    private void Look(Volume volume, string name)
    {
        PersistentVolumeClaim? claim = snapshot.Claim(pod.Metadata.Namespace ?? "default", name);
        if (claim is null)
        {
            if (!snapshot.KnowsStorage) unknown.Add(volume.Ephemeral is null ? $"the claim '{name}' is not known" : $"the claim of volume '{volume.Name}' is made anew");
            else if (volume.Ephemeral is null) Obstacle = $"persistentvolumeclaim \"{name}\" not found";
            else Obstacle = $"waiting for ephemeral volume controller to create the persistentvolumeclaim \"{name}\"";
        }
        else if (claim.Metadata.DeletionTimestamp is not null)
        {
            Obstacle = $"persistentvolumeclaim \"{name}\" is being deleted";
        }
        else if (string.IsNullOrEmpty(claim.Spec.VolumeName))
        {
            if (!snapshot.KnowsStorage) unknown.Add($"the claim '{name}' is not bound");
            else if (VolumeBinding.Waits(claim, snapshot)) waiting.Add(claim);
            else Obstacle = "pod has unbound immediate PersistentVolumeClaims";
        }
        else if (snapshot.Volume(claim.Spec.VolumeName) is { } bound)
        {
            if (bound.Spec.NodeAffinity?.Required is { } selector) required.Add(selector);
        }
        else if (!snapshot.KnowsStorage) unknown.Add($"the volume '{claim.Spec.VolumeName}' is not known");
        else Obstacle = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
    }
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Filters;

/// <summary>The node can reach the volumes that the pod's claims are bound to. What is not bound yet cannot be judged.</summary>
internal sealed class VolumeNodeAffinityFilter : INodeFilter
{
    private readonly List<NodeSelector> required = [];
    private readonly List<string> unknown = [];
    private readonly string conflict;

    public VolumeNodeAffinityFilter(Pod pod, ClusterSnapshot snapshot)
    {
        conflict = snapshot.MinorVersion >= 34 ? "node(s) didn't match PersistentVolume's node affinity" : "node(s) had volume node affinity conflict";
        foreach (Volume volume in pod.Spec.Volumes ?? [])
        {
            if (volume.Ephemeral is not null) unknown.Add($"the claim of volume '{volume.Name}' is made anew");
            if (volume.PersistentVolumeClaim is not { } source) continue;
            PersistentVolumeClaim? claim = snapshot.Claim(pod.Metadata.Namespace ?? "default", source.ClaimName);
            if (claim is null) unknown.Add($"the claim '{source.ClaimName}' is not known");
            else if (string.IsNullOrEmpty(claim.Spec.VolumeName)) unknown.Add($"the claim '{source.ClaimName}' is not bound");
            else if (snapshot.Volume(claim.Spec.VolumeName) is not { } bound) unknown.Add($"the volume '{claim.Spec.VolumeName}' is not known");
            else if (bound.Spec.NodeAffinity?.Required is { } selector) required.Add(selector);
        }
    }

    public FitResult Evaluate(NodeState node)
    {
        if (!required.TrueForAll(selector => selector.Selects(node.Node))) return FitResult.Never(conflict);
        return unknown.Count == 0 ? FitResult.Fits : FitResult.Unknown([.. unknown]);
    }
}

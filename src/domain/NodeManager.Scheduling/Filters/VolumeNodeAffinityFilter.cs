namespace NodeManager.Scheduling.Filters;

/// <summary>
/// Requires that the node can access the bound volumes of the pod, and that claims that wait for a first consumer can be provisioned there.
/// Source: "Volume binding mode" of the Kubernetes documentation.
/// </summary>
internal sealed class VolumeNodeAffinityFilter : INodeFilter
{
    private readonly List<NodeSelector> _required = [];
    private readonly List<PersistentVolumeClaim> _waiting = [];
    private readonly List<string> _unknown = [];
    private readonly string _conflict;
    private readonly Pod _pod;
    private readonly ClusterSnapshot _snapshot;

    public VolumeNodeAffinityFilter(Pod pod, ClusterSnapshot snapshot)
    {
        _pod = pod;
        _snapshot = snapshot;
        _conflict =
            snapshot.MinorVersion >= 34
                ? "node(s) didn't match PersistentVolume's node affinity"
                : "node(s) had volume node affinity conflict";
        foreach (Volume volume in pod.Spec.Volumes ?? [])
        {
            if (Obstacle is not null)
                return;
            if (ClaimOf(pod, volume) is not { } name)
                continue;
            if (IsRecreated(pod, volume))
                CheckRecreated(volume, name);
            else
                CheckVolume(volume, name);
        }
    }

    /// <summary>The reason against all nodes; null if it depends on the node.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>The rule's input as text: pods with equal keys fit on the same nodes.</summary>
    public static IEnumerable<string> KeysOf(Pod pod, ClusterSnapshot snapshot)
    {
        foreach (Volume volume in pod.Spec.Volumes ?? [])
        {
            if (ClaimOf(pod, volume) is not { } name)
                continue;
            PersistentVolumeClaim? claim = snapshot.Claim(pod.Metadata.Namespace ?? "default", name);
            if (IsRecreated(pod, volume) && (claim = Recreated(claim, snapshot)) is null)
                yield return "recreated";
            else if (claim is null || claim.Metadata.DeletionTimestamp is not null)
                yield return $"claim {pod.Metadata.Namespace}/{name}";
            else if (claim.Spec.VolumeName is { Length: > 0 } bound)
                yield return snapshot.Volume(bound) is { } volumeOf ? $"at {Key(volumeOf)}" : $"volume {bound}";
            // Provisioned on demand anywhere; otherwise it may depend on the claim's size and modes.
            else
                yield return snapshot.StorageClass(claim.Spec.StorageClassName ?? "")
                    is { Provisioner: not VolumeBinding.NoProvisioner } known
                && known.Waits()
                && VolumeBinding.IsUnrestricted(known)
                && VolumeBinding.SelectedNodeOf(claim) is null
                    ? $"class {claim.Spec.StorageClassName}"
                    : $"claim {pod.Metadata.Namespace}/{name}";
        }
    }

    // The name of an assumed copy of a pod ends with a zero character and a suffix.
    private static string? ClaimOf(Pod pod, Volume volume) =>
        volume.Ephemeral is null ? volume.PersistentVolumeClaim?.ClaimName : $"{pod.Metadata.Name.Split('\0')[0]}-{volume.Name}";

    // The claim is deleted with the pod, and the pod that replaces it gets a new one.
    private static bool IsRecreated(Pod pod, Volume volume) => volume.Ephemeral is not null && !string.IsNullOrEmpty(pod.Spec.NodeName);

    /// <summary>The claim that replaces that of a running pod; null if it cannot be judged.</summary>
    private static PersistentVolumeClaim? Recreated(PersistentVolumeClaim? claim, ClusterSnapshot snapshot) =>
        claim is not null && snapshot.KnowsStorage && VolumeBinding.Waits(claim, snapshot)
            ? new()
            {
                Metadata = new() { Name = claim.Metadata.Name, Namespace = claim.Metadata.Namespace },
                Spec = new()
                {
                    StorageClassName = claim.Spec.StorageClassName,
                    AccessModes = claim.Spec.AccessModes,
                    Resources = claim.Spec.Resources,
                    Selector = claim.Spec.Selector,
                    VolumeMode = claim.Spec.VolumeMode,
                },
            }
            : null;

    private static string Key(PersistentVolume volume) =>
        volume.Spec.NodeAffinity is null
            ? ""
            : System.Text.Json.JsonSerializer.Serialize(
                new PersistentVolume { Spec = new() { NodeAffinity = volume.Spec.NodeAffinity } },
                KubernetesJson.Default.PersistentVolume
            );

    public FitResult Evaluate(NodeState node)
    {
        if (Obstacle is not null)
            return FitResult.Never(Obstacle);
        if (!_required.TrueForAll(selector => selector.Selects(node.Node)))
            return FitResult.Never(_conflict);
        if (!_waiting.TrueForAll(claim => VolumeBinding.CanFill(claim, node.Node, _snapshot)))
            return FitResult.Never("node(s) didn't find available persistent volumes to bind");
        return _unknown.Count == 0 ? FitResult.Fits : FitResult.Unknown([.. _unknown]);
    }

    private void CheckRecreated(Volume volume, string name)
    {
        if (Recreated(_snapshot.Claim(_pod.Metadata.Namespace ?? "default", name), _snapshot) is { } claim)
            _waiting.Add(claim);
        else
            _unknown.Add($"the PersistentVolumeClaim of volume '{volume.Name}' is recreated");
    }

    private void CheckVolume(Volume volume, string name)
    {
        PersistentVolumeClaim? claim = _snapshot.Claim(_pod.Metadata.Namespace ?? "default", name);
        if (claim is null)
        {
            if (!_snapshot.KnowsStorage)
                _unknown.Add(
                    volume.Ephemeral is null
                        ? $"PersistentVolumeClaim '{name}' is unknown"
                        : $"the PersistentVolumeClaim of volume '{volume.Name}' is recreated"
                );
            else if (volume.Ephemeral is null)
                Obstacle = $"persistentvolumeclaim \"{name}\" not found";
            else
                Obstacle = $"waiting for ephemeral volume controller to create the persistentvolumeclaim \"{name}\"";
        }
        else if (claim.Metadata.DeletionTimestamp is not null)
        {
            Obstacle = $"persistentvolumeclaim \"{name}\" is being deleted";
        }
        else if (string.IsNullOrEmpty(claim.Spec.VolumeName))
        {
            if (!_snapshot.KnowsStorage)
                _unknown.Add($"PersistentVolumeClaim '{name}' is not bound");
            else if (VolumeBinding.Waits(claim, _snapshot))
                _waiting.Add(claim);
            else
                Obstacle = "pod has unbound immediate PersistentVolumeClaims";
        }
        else if (_snapshot.Volume(claim.Spec.VolumeName) is { } bound)
        {
            if (bound.Spec.NodeAffinity?.Required is { } selector)
                _required.Add(selector);
        }
        else if (!_snapshot.KnowsStorage)
            _unknown.Add($"PersistentVolume '{claim.Spec.VolumeName}' is unknown");
        else
            Obstacle = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
    }
}

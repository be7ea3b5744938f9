using NodeManager.Kubernetes.Quantities;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Scheduling;

/// <summary>Predicts the volume of a claim. Source: "Persistent Volumes: Binding" of the Kubernetes documentation.</summary>
public static class VolumeBinding
{
    /// <summary>The provisioner of StorageClasses with manually created volumes.</summary>
    public const string NoProvisioner = "kubernetes.io/no-provisioner";

    private const string SelectedNode = "volume.kubernetes.io/selected-node";

    /// <summary>True if claims are bound only when their first pod is scheduled.</summary>
    public static bool Waits(this StorageClass storageClass) => storageClass.VolumeBindingMode == "WaitForFirstConsumer";

    /// <summary>The smallest suitable free volume; null without one. A volume that names the claim takes precedence.</summary>
    /// <param name="claim">Unbound.</param>
    /// <param name="node">The node that has to access it; null for any.</param>
    public static PersistentVolume? Choose(PersistentVolumeClaim claim, IEnumerable<PersistentVolume> volumes, Node? node)
    {
        decimal size = Size(claim.Spec.Resources?.Requests);
        return volumes
            .Where(volume =>
                IsFor(volume, claim)
                && volume.Metadata.DeletionTimestamp is null
                && ModeOf(volume.Spec.VolumeMode) == ModeOf(claim.Spec.VolumeMode)
                && Size(volume.Spec.Capacity) >= size
                && (claim.Spec.AccessModes ?? []).TrueForAll(mode => volume.Spec.AccessModes?.Contains(mode) == true)
                && (node is null || volume.Spec.NodeAffinity?.Required is not { } required || required.Selects(node))
            )
            .OrderBy(volume => volume.Spec.ClaimRef is null)
            .ThenBy(volume => Size(volume.Spec.Capacity))
            .ThenBy(volume => volume.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    internal static bool Waits(PersistentVolumeClaim claim, ClusterSnapshot snapshot) =>
        snapshot.StorageClass(claim.Spec.StorageClassName ?? "")?.Waits() == true;

    internal static bool CanFill(PersistentVolumeClaim claim, Node node, ClusterSnapshot snapshot)
    {
        bool canProvision =
            snapshot.StorageClass(claim.Spec.StorageClassName ?? "") is { Provisioner: not NoProvisioner } known && IsAllowed(known, node);
        return SelectedNodeOf(claim) is { } selected
            ? canProvision && node.Metadata.Name == selected
            : canProvision || Choose(claim, snapshot.Volumes, node) is not null;
    }

    /// <summary>The node for which the volume of the claim is being provisioned; null: none.</summary>
    internal static string? SelectedNodeOf(PersistentVolumeClaim claim) => claim.Metadata.Annotations?.GetValueOrDefault(SelectedNode);

    /// <summary>True if volumes of the class can be provisioned for all nodes.</summary>
    internal static bool IsUnrestricted(StorageClass storageClass) => storageClass.AllowedTopologies is not { Count: > 0 };

    // A term without expressions holds nowhere.
    private static bool IsAllowed(StorageClass storageClass, Node node) =>
        IsUnrestricted(storageClass)
        || storageClass.AllowedTopologies!.Exists(term =>
            term.MatchLabelExpressions is { Count: > 0 } all
            && all.TrueForAll(one => node.Metadata.Labels?.TryGetValue(one.Key, out string? value) == true && one.Values.Contains(value))
        );

    private static bool IsFor(PersistentVolume volume, PersistentVolumeClaim claim) =>
        volume.Spec.ClaimRef is { } taken
            ? taken.Name == claim.Metadata.Name
                && taken.Namespace == claim.Metadata.Namespace
                // The claim may be another one of the same name.
                && (string.IsNullOrEmpty(taken.Uid) || taken.Uid == claim.Metadata.Uid)
            : (volume.Spec.StorageClassName ?? "") == (claim.Spec.StorageClassName ?? "")
                && (claim.Spec.Selector is not { } selector || selector.Matches(volume.Metadata.Labels));

    private static string ModeOf(string? mode) => string.IsNullOrEmpty(mode) ? "Filesystem" : mode;

    private static decimal Size(Dictionary<string, Quantity>? amounts) =>
        amounts is not null && amounts.TryGetValue("storage", out Quantity size) ? size.Value : 0;
}

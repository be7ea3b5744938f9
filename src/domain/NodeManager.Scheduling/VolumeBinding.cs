using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Scheduling;

/// <summary>Which volume a claim would get. Source: "Persistent Volumes: Binding" of the Kubernetes documentation.</summary>
public static class VolumeBinding
{
    /// <summary>The provisioner of StorageClasses with manually created volumes.</summary>
    public const string NoProvisioner = "kubernetes.io/no-provisioner";

    /// <summary>True for a claim that is filled only once it is known where its first pod goes.</summary>
    public static bool Waits(this StorageClass storageClass) => storageClass.VolumeBindingMode == "WaitForFirstConsumer";

    /// <summary>The smallest free volume that will do; null where there is none. A volume that names the claim comes before all others.</summary>
    /// <param name="claim">Not bound yet.</param>
    /// <param name="volumes">All that there are.</param>
    /// <param name="node">From where it has to be reachable; null where that does not matter.</param>
    public static PersistentVolume? Choose(PersistentVolumeClaim claim, IEnumerable<PersistentVolume> volumes, Node? node)
    {
        decimal size = Size(claim.Spec.Resources?.Requests);
        return volumes
            .Where(volume =>
                IsFor(volume, claim)
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

    internal static bool CanFill(PersistentVolumeClaim claim, Node node, ClusterSnapshot snapshot) =>
        (snapshot.StorageClass(claim.Spec.StorageClassName ?? "") is { Provisioner: not NoProvisioner } known && IsAllowed(known, node))
        || Choose(claim, snapshot.Volumes, node) is not null;

    /// <summary>Whether volumes of the class are made everywhere.</summary>
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
            ? taken.Name == claim.Metadata.Name && taken.Namespace == claim.Metadata.Namespace
            : (volume.Spec.StorageClassName ?? "") == (claim.Spec.StorageClassName ?? "");

    private static decimal Size(Dictionary<string, Quantity>? amounts) =>
        amounts is not null && amounts.TryGetValue("storage", out Quantity size) ? size.Value : 0;
}

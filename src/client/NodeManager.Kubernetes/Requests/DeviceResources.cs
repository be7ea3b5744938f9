using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Requests;

/// <summary>The kinds of dynamic resource allocation in one of its versions.</summary>
public sealed record DeviceResources(string Version)
{
    public ResourceType<ResourceSlice> Slices { get; } = Type<ResourceSlice>(Version, "resourceslices", false);

    public ResourceType<DeviceClass> Classes { get; } = Type<DeviceClass>(Version, "deviceclasses", false);

    public ResourceType<ResourceClaim> Claims { get; } = Type<ResourceClaim>(Version, "resourceclaims", true);

    public ResourceType<ResourceClaimTemplate> Templates { get; } = Type<ResourceClaimTemplate>(Version, "resourceclaimtemplates", true);

    private static ResourceType<T> Type<T>(string version, string plural, bool isNamespaced)
        where T : KubernetesObject => new("resource.k8s.io", version, plural, isNamespaced, KubernetesJson.Default.Options);
}

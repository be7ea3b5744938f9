using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Autoscaling.Resources;

/// <summary>How KubeNodeSmith's kinds are read and written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KubernetesList<NodeSmithControlPlane>))]
[JsonSerializable(typeof(KubernetesList<NodeSmithPool>))]
[JsonSerializable(typeof(KubernetesList<NodeSmithProvider>))]
[JsonSerializable(typeof(KubernetesList<NodeSmithClaim>))]
[JsonSerializable(typeof(KubernetesList<CapacityBuffer>))]
public sealed partial class NodeSmithJson : JsonSerializerContext;

/// <summary>KubeNodeSmith's kinds as the API serves them.</summary>
public static class NodeSmithResources
{
    private static readonly NodeSmithJson Json = NodeSmithJson.Default;

    public static ResourceType<NodeSmithControlPlane> ControlPlanes { get; } = Type("nodesmithcontrolplanes", Json.NodeSmithControlPlane, Json.KubernetesListNodeSmithControlPlane);

    public static ResourceType<NodeSmithPool> Pools { get; } = Type("nodesmithpools", Json.NodeSmithPool, Json.KubernetesListNodeSmithPool);

    public static ResourceType<NodeSmithProvider> Providers { get; } = Type("nodesmithproviders", Json.NodeSmithProvider, Json.KubernetesListNodeSmithProvider);

    public static ResourceType<NodeSmithClaim> Claims { get; } = Type("nodesmithclaims", Json.NodeSmithClaim, Json.KubernetesListNodeSmithClaim);

    /// <summary>Not ours: the API of the autoscaling SIG.</summary>
    public static ResourceType<CapacityBuffer> CapacityBuffers { get; } =
        new("autoscaling.x-k8s.io", "v1beta1", "capacitybuffers", true, Json.CapacityBuffer, Json.KubernetesListCapacityBuffer);

    private static ResourceType<T> Type<T>(
        string plural, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> item, System.Text.Json.Serialization.Metadata.JsonTypeInfo<KubernetesList<T>> list)
        where T : KubernetesObject => new(NodeSmithNames.Group, NodeSmithNames.Version, plural, true, item, list);
}

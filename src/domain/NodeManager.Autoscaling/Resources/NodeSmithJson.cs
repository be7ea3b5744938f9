using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Autoscaling.Resources;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(KubernetesList<NodeSmithControlPlane>))]
[JsonSerializable(typeof(KubernetesList<NodeSmithPool>))]
[JsonSerializable(typeof(KubernetesList<NodeSmithProvider>))]
[JsonSerializable(typeof(KubernetesList<NodeSmithClaim>))]
[JsonSerializable(typeof(KubernetesList<CapacityBuffer>))]
public sealed partial class NodeSmithJson : JsonSerializerContext;

public static class NodeSmithResources
{
    public static ResourceType<NodeSmithControlPlane> ControlPlanes { get; } = Type<NodeSmithControlPlane>("nodesmithcontrolplanes");

    public static ResourceType<NodeSmithPool> Pools { get; } = Type<NodeSmithPool>("nodesmithpools");

    public static ResourceType<NodeSmithProvider> Providers { get; } = Type<NodeSmithProvider>("nodesmithproviders");

    public static ResourceType<NodeSmithClaim> Claims { get; } = Type<NodeSmithClaim>("nodesmithclaims");

    /// <summary>The API of the autoscaling SIG.</summary>
    public static ResourceType<CapacityBuffer> CapacityBuffers { get; } =
        new("autoscaling.x-k8s.io", "v1beta1", "capacitybuffers", true, NodeSmithJson.Default.Options);

    private static ResourceType<T> Type<T>(string plural)
        where T : KubernetesObject => new(NodeSmithNames.Group, NodeSmithNames.Version, plural, true, NodeSmithJson.Default.Options);
}

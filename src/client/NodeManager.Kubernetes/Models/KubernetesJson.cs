using System.Text.Json.Serialization;

namespace NodeManager.Kubernetes.Models;

/// <summary>Source-generated serialization of the models.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(KubernetesList<Node>))]
[JsonSerializable(typeof(KubernetesList<Pod>))]
[JsonSerializable(typeof(KubernetesList<PodDisruptionBudget>))]
[JsonSerializable(typeof(KubernetesList<EvictionRequest>))]
[JsonSerializable(typeof(KubernetesList<EvictionProcess>))]
[JsonSerializable(typeof(KubernetesList<Deployment>))]
[JsonSerializable(typeof(KubernetesList<ReplicaSet>))]
[JsonSerializable(typeof(KubernetesList<StatefulSet>))]
[JsonSerializable(typeof(KubernetesList<DaemonSet>))]
[JsonSerializable(typeof(KubernetesList<StoredPodTemplate>))]
[JsonSerializable(typeof(KubernetesList<Namespace>))]
[JsonSerializable(typeof(KubernetesList<VolumeAttachment>))]
[JsonSerializable(typeof(KubernetesList<PersistentVolumeClaim>))]
[JsonSerializable(typeof(KubernetesList<PersistentVolume>))]
[JsonSerializable(typeof(KubernetesList<StorageClass>))]
[JsonSerializable(typeof(KubernetesList<ResourceClaim>))]
[JsonSerializable(typeof(KubernetesList<ResourceClaimTemplate>))]
[JsonSerializable(typeof(KubernetesList<DeviceClass>))]
[JsonSerializable(typeof(KubernetesList<ResourceSlice>))]
[JsonSerializable(typeof(KubernetesList<Service>))]
[JsonSerializable(typeof(KubernetesList<NodeImages>))]
[JsonSerializable(typeof(KubernetesList<Lease>))]
[JsonSerializable(typeof(KubernetesList<NodeLease>))]
[JsonSerializable(typeof(KubernetesList<ConfigMap>))]
[JsonSerializable(typeof(KubernetesList<Secret>))]
[JsonSerializable(typeof(KubernetesList<ControllerRevision>))]
[JsonSerializable(typeof(KubernetesList<Event>))]
[JsonSerializable(typeof(KubernetesList<NodeMetrics>))]
[JsonSerializable(typeof(KubernetesList<PartialObjectMetadata>))]
[JsonSerializable(typeof(SelfSubjectAccessReview))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(DeleteOptions))]
[JsonSerializable(typeof(Eviction))]
[JsonSerializable(typeof(ApiResourceList))]
[JsonSerializable(typeof(Scale))]
[JsonSerializable(typeof(ApiGroup))]
[JsonSerializable(typeof(VersionInfo))]
public sealed partial class KubernetesJson : JsonSerializerContext;

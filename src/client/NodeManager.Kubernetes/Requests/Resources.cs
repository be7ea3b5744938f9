using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Protobuf;

namespace NodeManager.Kubernetes.Requests;

public static class Resources
{
    private static readonly JsonSerializerOptions Json = KubernetesJson.Default.Options;

    public static ResourceType<Node> Nodes { get; } =
        new("", "v1", "nodes", false, SharedJson.Default.Options) { Wire = NodeWire.Read, Reuse = NodeWire.Reuse };

    /// <summary>Nodes with their name, UID and images only.</summary>
    public static ResourceType<NodeImages> NodeImages { get; } =
        new("", "v1", "nodes", false, SharedJson.Restricted(LimitNodeImages)) { Wire = NodeWire.ReadImages };

    public static ResourceType<Service> Services { get; } = new("", "v1", "services", true, Json);

    public static ResourceType<Pod> Pods { get; } = new("", "v1", "pods", true, Json) { Wire = static message => PodWire.Read(message) };

    public static ResourceType<Namespace> Namespaces { get; } = new("", "v1", "namespaces", false, Json);

    public static ResourceType<Event> Events { get; } = new("", "v1", "events", true, Json);

    public static ResourceType<PersistentVolumeClaim> PersistentVolumeClaims { get; } = new("", "v1", "persistentvolumeclaims", true, Json);

    public static ResourceType<PersistentVolume> PersistentVolumes { get; } = new("", "v1", "persistentvolumes", false, Json);

    public static ResourceType<Deployment> Deployments { get; } = new("apps", "v1", "deployments", true, Json);

    public static ResourceType<ReplicaSet> ReplicaSets { get; } = new("apps", "v1", "replicasets", true, Json);

    public static ResourceType<StatefulSet> StatefulSets { get; } = new("apps", "v1", "statefulsets", true, Json);

    public static ResourceType<StoredPodTemplate> PodTemplates { get; } = new("", "v1", "podtemplates", true, Json);

    public static ResourceType<DaemonSet> DaemonSets { get; } = new("apps", "v1", "daemonsets", true, Json);

    public static ResourceType<StorageClass> StorageClasses { get; } = new("storage.k8s.io", "v1", "storageclasses", false, Json);

    public static ResourceType<VolumeAttachment> VolumeAttachments { get; } = new("storage.k8s.io", "v1", "volumeattachments", false, Json);

    public static ResourceType<Lease> Leases { get; } = new("coordination.k8s.io", "v1", "leases", true, Json);

    /// <summary>Leases with their write times; those of nodes are in <c>kube-node-lease</c>.</summary>
    public static ResourceType<NodeLease> NodeLeases { get; } =
        new("coordination.k8s.io", "v1", "leases", true, SharedJson.Restricted(LimitNodeLease));

    public static ResourceType<ConfigMap> ConfigMaps { get; } = new("", "v1", "configmaps", true, Json);

    public static ResourceType<Secret> Secrets { get; } = new("", "v1", "secrets", true, Json);

    public static ResourceType<ControllerRevision> ControllerRevisions { get; } = new("apps", "v1", "controllerrevisions", true, Json);

    public static ResourceType<NodeMetrics> NodeMetrics { get; } = new("metrics.k8s.io", "v1beta1", "nodes", false, Json);

    /// <summary>Only with <see cref="ServerCapabilities.HasEvictionRequests"/>.</summary>
    public static ResourceType<EvictionRequest> EvictionRequests { get; } =
        new("lifecycle.k8s.io", "v1alpha1", "evictionrequests", true, Json);

    /// <summary>The server's objects for <see cref="EvictionRequests"/>.</summary>
    public static ResourceType<EvictionProcess> EvictionProcesses { get; } = new("lifecycle.k8s.io", "v1alpha1", "evictions", true, Json);

    // Thousands are listed repeatedly.
    private static void LimitNodeLease(JsonTypeInfo type)
    {
        if (type.Type == typeof(NodeLeaseMeta))
            SharedJson.Omit(type, static name => name is not ("name" or "resourceVersion" or "managedFields"));
    }

    private static void LimitNodeImages(JsonTypeInfo type)
    {
        if (type.Type == typeof(ObjectMeta))
            SharedJson.Omit(type, static name => name is not ("name" or "uid"));
    }

    /// <summary>By version: <c>v1</c> from 1.21, <c>v1beta1</c> before.</summary>
    public static ResourceType<PodDisruptionBudget> PodDisruptionBudgets(string version) =>
        new("policy", version, "poddisruptionbudgets", true, Json);
}

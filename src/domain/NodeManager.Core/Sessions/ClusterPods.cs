using System.Text.Json.Serialization.Metadata;
using NodeManager.Controllers.Caching;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Kubernetes.Requests;
using NodeManager.Scheduling;

namespace NodeManager.Core.Sessions;

/// <summary>
/// Pods in caches and lists of a whole cluster, with only the fields that rules over all nodes read: identity, node, owner, labels, requests,
/// placement, volumes, readiness and the time until then, restarts. Details of a single pod (addresses, times of conditions, start times of
/// containers) are omitted; read <see cref="Resources.Pods"/> of a node for them.
/// </summary>
public static class ClusterPods
{
    // Network plugins annotate each pod with its addresses.
    private static readonly HashSet<string> Annotations =
    [
        DisruptionAnnotations.DoNotDisrupt,
        DisruptionAnnotations.SafeToEvict,
        PodExtensions.MirrorAnnotation,
    ];

    public static ResourceType<Pod> Type { get; } = Resources.Pods with { Json = SharedJson.Restricted(Restrict), Wire = Read };

    public static NodeScope<Pod> OfNodes { get; } = new(Type, "spec.nodeName");

    private static void Restrict(JsonTypeInfo type)
    {
        if (type.Type == typeof(Pod))
            type.OnDeserialized = static read => Trim((Pod)read);
        else if (type.Type == typeof(ObjectMeta))
            SharedJson.Omit(type, static name => name is "generateName" or "generation");
        else if (type.Type == typeof(PodStatus))
            SharedJson.Omit(type, static name => name is "podIP" or "hostIP" or "qosClass");
    }

    private static Pod Read(ReadOnlySpan<byte> message)
    {
        Pod pod = PodWire.Read(message, isFull: false);
        Trim(pod);
        return pod;
    }

    private static void Trim(Pod pod)
    {
        Trim(pod.Metadata);
        Trim(pod.Spec);
        // One number instead of a time, with which no two pods would share their conditions.
        if (pod.Status.Conditions.Find("Ready") is { Status: "True", LastTransitionTime: { } ready })
            pod.Status.ReadyAfterSeconds = (int?)(ready - pod.Metadata.CreationTimestamp)?.TotalSeconds;
        Trim(pod.Status);
        TrimResources(pod);
        // Each pod of a DaemonSet names its node in an affinity of its own.
        if (pod.Spec is { NodeName.Length: > 0, Affinity: { } affinity } && pod.Controller()?.Kind == "DaemonSet")
            affinity.NodeAffinity = null;
    }

    // Only a pod that is being resized has other resources than it requests.
    private static void TrimResources(Pod pod)
    {
        foreach (ContainerStatus status in pod.Status.ContainerStatuses ?? [])
        {
            Dictionary<string, Quantity>? requests = pod.Spec.Containers.Find(one => one.Name == status.Name)?.Resources?.Requests;
            if (AreSame(status.AllocatedResources, requests))
                status.AllocatedResources = null;
            if (AreSame(status.Resources?.Requests, requests))
                status.Resources = null;
        }
    }

    private static bool AreSame(Dictionary<string, Quantity>? reported, Dictionary<string, Quantity>? requested) =>
        (reported?.Count ?? 0) == (requested?.Count ?? 0)
        && reported?.All(one => requested!.TryGetValue(one.Key, out Quantity same) && same.Equals(one.Value)) != false;

    private static void Trim(ObjectMeta metadata)
    {
        if (metadata.Annotations is not { } annotations)
            return;
        foreach (string key in annotations.Keys.Where(static key => !Annotations.Contains(key)).ToList())
            annotations.Remove(key);
        if (annotations.Count == 0)
            metadata.Annotations = null;
    }

    // ConfigMaps, Secrets and tokens do not affect placement.
    private static void Trim(PodSpec spec)
    {
        spec.Volumes?.RemoveAll(static one => one is { EmptyDir: null, PersistentVolumeClaim: null, HostPath: null, Ephemeral: null });
        if (spec.Volumes is { Count: 0 })
            spec.Volumes = null;
    }

    private static void Trim(PodStatus status)
    {
        status.Conditions?.RemoveAll(static one =>
            one is { Status: "True", Type: "Initialized" or "ContainersReady" or "PodReadyToStartContainers" }
        );
        foreach (Condition condition in status.Conditions ?? [])
        {
            condition.ObservedGeneration = null;
            if (condition is { Status: "True", Type: "Ready" or "PodScheduled" })
                condition.LastTransitionTime = null;
        }

        foreach (ContainerStatus container in (status.InitContainerStatuses ?? []).Concat(status.ContainerStatuses ?? []))
        {
            if (container.State?.Running is { } running)
                running.StartedAt = null;
            if (container.LastState is { Waiting: null, Running: null, Terminated: null })
                container.LastState = null;
        }
    }
}

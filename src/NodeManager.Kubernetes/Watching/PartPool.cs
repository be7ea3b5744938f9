using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Watching;

/// <summary>
/// Keeps equal parts of watched objects once: pods of a workload differ in little more than their names, and caches hold tens of thousands of
/// them. Objects that a watch tells are read by many and changed by nobody. Not thread-safe.
/// </summary>
internal sealed class PartPool
{
    // Beyond it parts are not as equal as they are thought to be: it starts again.
    private const int Most = 20_000;

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<(Type Type, Guid Content), object> _parts = [];
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    /// <summary>Replaces parts of the object by equal ones that were seen before.</summary>
    public void Share(KubernetesObject item)
    {
        ObjectMeta metadata = item.Metadata;
        item.ApiVersion = Text(item.ApiVersion);
        item.Kind = Text(item.Kind);
        metadata.Namespace = Text(metadata.Namespace);
        metadata.GenerateName = Text(metadata.GenerateName);
        metadata.OwnerReferences = Part(metadata.OwnerReferences, KubernetesJson.Default.ListOwnerReference);
        metadata.Finalizers = Part(metadata.Finalizers, KubernetesJson.Default.ListString);
        switch (item)
        {
            case Pod pod:
                metadata.Labels = Part(metadata.Labels, KubernetesJson.Default.DictionaryStringString);
                metadata.Annotations = Part(metadata.Annotations, KubernetesJson.Default.DictionaryStringString);
                Share(pod.Spec);
                Share(pod.Status);
                break;
            case Node node:
                metadata.Labels = Texts(metadata.Labels);
                metadata.Annotations = Texts(metadata.Annotations);
                Share(node.Status);
                break;
        }
    }

    private void Share(PodSpec spec)
    {
        spec.NodeName = Text(spec.NodeName);
        spec.SchedulerName = Text(spec.SchedulerName);
        spec.ServiceAccountName = Text(spec.ServiceAccountName);
        spec.RestartPolicy = Text(spec.RestartPolicy);
        spec.PriorityClassName = Text(spec.PriorityClassName);
        spec.PreemptionPolicy = Text(spec.PreemptionPolicy);
        spec.NodeSelector = Part(spec.NodeSelector, KubernetesJson.Default.DictionaryStringString);
        spec.Affinity = Part(spec.Affinity, KubernetesJson.Default.Affinity);
        spec.Tolerations = Part(spec.Tolerations, KubernetesJson.Default.ListToleration);
        spec.TopologySpreadConstraints = Part(spec.TopologySpreadConstraints, KubernetesJson.Default.ListTopologySpreadConstraint);
        spec.Containers = Part(spec.Containers, KubernetesJson.Default.ListContainer)!;
        spec.InitContainers = Part(spec.InitContainers, KubernetesJson.Default.ListContainer);
        spec.Overhead = Part(spec.Overhead, KubernetesJson.Default.DictionaryStringQuantity);
        spec.Resources = Part(spec.Resources, KubernetesJson.Default.ResourceRequirements);
        spec.Volumes?.TrimExcess();
    }

    private void Share(PodStatus status)
    {
        status.Phase = Text(status.Phase);
        status.Reason = Text(status.Reason);
        status.HostIP = Text(status.HostIP);
        status.QosClass = Text(status.QosClass);
        Share(status.Conditions);
        Share(status.ContainerStatuses);
        Share(status.InitContainerStatuses);
    }

    private void Share(ReportedNodeStatus status)
    {
        status.Capacity = Part(status.Capacity, KubernetesJson.Default.DictionaryStringQuantity);
        status.Allocatable = Part(status.Allocatable, KubernetesJson.Default.DictionaryStringQuantity);
        Share(status.Conditions);
        foreach (ReportedNodeAddress address in status.Addresses ?? []) address.Type = Text(address.Type)!;
        status.Addresses?.TrimExcess();
        if (status.NodeInfo is not { } info) return;
        info.KernelVersion = Text(info.KernelVersion);
        info.OsImage = Text(info.OsImage);
        info.ContainerRuntimeVersion = Text(info.ContainerRuntimeVersion);
        info.KubeletVersion = Text(info.KubeletVersion);
        info.KubeProxyVersion = Text(info.KubeProxyVersion);
        info.OperatingSystem = Text(info.OperatingSystem);
        info.Architecture = Text(info.Architecture);
    }

    // Their times differ, their words do not.
    private void Share(List<Condition>? conditions)
    {
        foreach (Condition condition in conditions ?? [])
        {
            condition.Type = Text(condition.Type)!;
            condition.Status = Text(condition.Status)!;
            condition.Reason = Text(condition.Reason);
            condition.Message = Text(condition.Message);
        }

        conditions?.TrimExcess();
    }

    private void Share(List<ContainerStatus>? containers)
    {
        foreach (ContainerStatus container in containers ?? [])
        {
            container.Name = Text(container.Name)!;
            container.AllocatedResources = Part(container.AllocatedResources, KubernetesJson.Default.DictionaryStringQuantity);
            container.Resources = Part(container.Resources, KubernetesJson.Default.ResourceRequirements);
            container.LastState = Part(container.LastState, KubernetesJson.Default.ContainerState);
            // Pods that started in the same second have the same.
            container.State = Part(container.State, KubernetesJson.Default.ContainerState);
        }

        containers?.TrimExcess();
    }

    private Dictionary<string, string>? Texts(Dictionary<string, string>? texts) => texts?.ToDictionary(one => Text(one.Key)!, one => Text(one.Value)!);

    private string? Text(string? text)
    {
        if (text is null) return null;
        if (_texts.TryGetValue(text, out string? known)) return known;
        if (_texts.Count >= Most) _texts.Clear();
        return _texts[text] = text;
    }

    private T? Part<T>(T? part, JsonTypeInfo<T> type)
        where T : class
    {
        if (part is null) return null;
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer)) JsonSerializer.Serialize(writer, part, type);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_buffer.WrittenSpan, hash);
        (Type, Guid) key = (typeof(T), new(hash[..16]));
        if (_parts.TryGetValue(key, out object? known)) return (T)known;
        if (_parts.Count >= Most) _parts.Clear();
        _parts[key] = part;
        return part;
    }
}

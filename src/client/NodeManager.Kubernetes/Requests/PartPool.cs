using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Requests;

/// <summary>
/// Interns equal parts of objects in caches and long lists: pods of a workload differ in little more than their names, and there are tens of
/// thousands. Such objects are read-only. Not thread-safe.
/// </summary>
internal sealed class PartPool
{
    /// <summary>
    /// So many objects do not share parts: that would save some MB, and takes longer than reading them. In a drain of 1,000 pods it was a
    /// tenth of the CPU time.
    /// </summary>
    private const int FewObjects = 2_000;

    // Above this limit the parts are not as equal as expected, and the pool restarts.
    private const int MaximumParts = 20_000;

    // More than the largest clusters have.
    private const int MaximumNodes = 50_000;

    private readonly Dictionary<(Type Type, Guid Content), object> _parts = [];
    private readonly Dictionary<StatusParts, PodStatus> _statuses = [];
    private readonly Dictionary<string, string> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, Latest> _latest = [];
    private ArrayBufferWriter<byte> _buffer = new(1024);
    private bool _isStarted;

    /// <summary>As <see cref="Share(KubernetesObject, long)"/>, for the objects of a page.</summary>
    public void Share<T>(KubernetesList<T> page)
        where T : KubernetesObject
    {
        long objects = page.Items.Count + (page.Metadata.RemainingItemCount ?? 0);
        foreach (T item in page.Items)
            Share(item, objects);
    }

    /// <summary>Replaces parts of the object with equal ones, from the first call with more than a few objects on.</summary>
    /// <param name="objects">How many there are, as far as it is known.</param>
    public void Share(KubernetesObject item, long objects)
    {
        _isStarted |= objects > FewObjects;
        if (_isStarted)
            Share(item);
    }

    /// <summary>Replaces parts of the object with equal ones.</summary>
    public void Share(KubernetesObject item)
    {
        item.Metadata.OwnerReferences = Part(item.Metadata.OwnerReferences, KubernetesJson.Default.ListOwnerReference);
        switch (item)
        {
            case Pod pod:
                pod.Metadata.Labels = Part(pod.Metadata.Labels, KubernetesJson.Default.DictionaryStringString);
                pod.Metadata.Annotations = Part(pod.Metadata.Annotations, KubernetesJson.Default.DictionaryStringString);
                Share(pod.Spec);
                pod.Status = Share(pod.Status);
                break;
            case Node { Metadata: var metadata, Status: var status }:
                metadata.Labels?.TrimExcess();
                metadata.Annotations = Part(metadata.Annotations, KubernetesJson.Default.DictionaryStringString);
                status.Capacity = Part(status.Capacity, KubernetesJson.Default.DictionaryStringQuantity);
                status.Allocatable = Part(status.Allocatable, KubernetesJson.Default.DictionaryStringQuantity);
                status.Conditions?.TrimExcess();
                status.Addresses?.TrimExcess();
                break;
        }
    }

    private void Share(PodSpec spec)
    {
        if (spec.NodeName is { } node)
            spec.NodeName = Known(_nodes, node, node, MaximumNodes);
        spec.Volumes = Part(spec.Volumes, KubernetesJson.Default.ListVolume);
        // A spec with nothing but the template.
        PodSpecTemplate template = spec.Template;
        spec.Template = Part(template, new() { Template = template }, KubernetesJson.Default.PodSpec);
        if (template.IsShared || spec.Template != template)
            return;
        template.IsShared = true;
        // Parts that other workloads may share.
        template.Tolerations = Part(template.Tolerations, KubernetesJson.Default.ListToleration);
        foreach (Container container in template.Containers.Concat(template.InitContainers ?? []))
            container.Resources = Part(container.Resources, KubernetesJson.Default.ResourceRequirements);
    }

    private PodStatus Share(PodStatus status)
    {
        bool isShared = !HasTimes(status.Conditions);
        if (isShared)
            status.Conditions = Part(status.Conditions, KubernetesJson.Default.ListCondition);
        else
            status.Conditions?.TrimExcess();
        isShared &= status.IsBrief && !HasTimes(status.ContainerStatuses) && !HasTimes(status.InitContainerStatuses);
        status.ContainerStatuses = Share(status.ContainerStatuses);
        status.InitContainerStatuses = Share(status.InitContainerStatuses);
        return isShared ? Whole(status) : status;
    }

    private PodStatus Whole(PodStatus status)
    {
        StatusParts parts = new(
            status.Conditions,
            status.ContainerStatuses,
            status.InitContainerStatuses,
            status.Phase,
            status.StartTime,
            status.ReadyAfterSeconds
        );
        return Known(_statuses, parts, status);
    }

    private List<ContainerStatus>? Share(List<ContainerStatus>? containers)
    {
        if (!HasTimes(containers))
            return Part(containers, KubernetesJson.Default.ListContainerStatus);
        foreach (ContainerStatus container in containers ?? [])
        {
            container.AllocatedResources = Part(container.AllocatedResources, KubernetesJson.Default.DictionaryStringQuantity);
            container.Resources = Part(container.Resources, KubernetesJson.Default.ResourceRequirements);
        }

        containers?.TrimExcess();
        return containers;
    }

    // Lists with times belong to a single pod.
    private static bool HasTimes(List<Condition>? conditions) =>
        conditions?.Exists(static one => one.LastTransitionTime is not null) == true;

    private static bool HasTimes(List<ContainerStatus>? containers) =>
        containers?.TrueForAll(static one => one is { LastState: null, State: null or { Running.StartedAt: null } }) == false;

    private T? Part<T>(T? part, JsonTypeInfo<T> type)
        where T : class => part is null ? null : Part(part, part, type);

    private TPart Part<TPart, TWritten>(TPart part, TWritten written, JsonTypeInfo<TWritten> type)
        where TPart : class
    {
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer))
            JsonSerializer.Serialize(writer, written, type);
        if (!_latest.TryGetValue(typeof(TPart), out Latest? latest))
            _latest.Add(typeof(TPart), latest = new());
        // Lists have the pods of a workload one after another.
        if (latest.Part is not null && _buffer.WrittenSpan.SequenceEqual(latest.Content.WrittenSpan))
            return (TPart)latest.Part;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_buffer.WrittenSpan, hash);
        var known = (TPart)Known(_parts, (typeof(TPart), new(hash[..16])), part);
        (latest.Part, latest.Content, _buffer) = (known, _buffer, latest.Content);
        return known;
    }

    // The value of an equal key, or else this one.
    private static TValue Known<TKey, TValue>(Dictionary<TKey, TValue> pool, TKey key, TValue value, int maximum = MaximumParts)
        where TKey : notnull
    {
        if (pool.TryGetValue(key, out TValue? known))
            return known;
        if (pool.Count >= maximum)
            pool.Clear();
        pool.Add(key, value);
        return value;
    }

    // Of a type of parts.
    private sealed class Latest
    {
        public object? Part { get; set; }

        /// <summary>As it was written.</summary>
        public ArrayBufferWriter<byte> Content { get; set; } = new(1024);
    }

    /// <summary>What is equal in pods that share their whole status. The lists are shared parts, compared by reference.</summary>
    private readonly record struct StatusParts(
        List<Condition>? Conditions,
        List<ContainerStatus>? Containers,
        List<ContainerStatus>? InitContainers,
        string? Phase,
        DateTimeOffset? StartTime,
        int? ReadyAfterSeconds
    );
}

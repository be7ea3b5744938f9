using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Kubernetes.Models;

public sealed class Pod : KubernetesObject
{
    public PodSpec Spec { get; set; } = new();

    public PodStatus Status { get; set; } = new();
}

/// <summary>
/// A pod's own fields, and a template: pods of a workload have equal templates, which caches share. Setting a field of a shared template
/// copies it first.
/// </summary>
public sealed class PodSpec
{
    private PodSpecTemplate _template;

    public PodSpec() => _template = new();

    private PodSpec(PodSpecTemplate template) => _template = template;

    public List<EvictionResponder>? EvictionResponders
    {
        get => _template.EvictionResponders;
        set => Own.EvictionResponders = value;
    }

    public string? NodeName { get; set; }

    public string? SchedulerName
    {
        get => _template.SchedulerName;
        set => Own.SchedulerName = value;
    }

    public string? ServiceAccountName
    {
        get => _template.ServiceAccountName;
        set => Own.ServiceAccountName = value;
    }

    public bool? HostNetwork
    {
        get => _template.HostNetwork;
        set => Own.HostNetwork = value;
    }

    public string? RestartPolicy
    {
        get => _template.RestartPolicy;
        set => Own.RestartPolicy = value;
    }

    public long? TerminationGracePeriodSeconds
    {
        get => _template.TerminationGracePeriodSeconds;
        set => Own.TerminationGracePeriodSeconds = value;
    }

    public int? Priority
    {
        get => _template.Priority;
        set => Own.Priority = value;
    }

    public string? PriorityClassName
    {
        get => _template.PriorityClassName;
        set => Own.PriorityClassName = value;
    }

    public string? PreemptionPolicy
    {
        get => _template.PreemptionPolicy;
        set => Own.PreemptionPolicy = value;
    }

    public Dictionary<string, string>? NodeSelector
    {
        get => _template.NodeSelector;
        set => Own.NodeSelector = value;
    }

    public Affinity? Affinity
    {
        get => _template.Affinity;
        set => Own.Affinity = value;
    }

    public List<Toleration>? Tolerations
    {
        get => _template.Tolerations;
        set => Own.Tolerations = value;
    }

    public List<TopologySpreadConstraint>? TopologySpreadConstraints
    {
        get => _template.TopologySpreadConstraints;
        set => Own.TopologySpreadConstraints = value;
    }

    /// <summary>Not in the template: volumes of StatefulSets and tokens are named after the pod.</summary>
    public List<Volume>? Volumes { get; set; }

    public List<Container> Containers
    {
        get => _template.Containers;
        set => Own.Containers = value;
    }

    public List<Container>? InitContainers
    {
        get => _template.InitContainers;
        set => Own.InitContainers = value;
    }

    public Dictionary<string, Quantity>? Overhead
    {
        get => _template.Overhead;
        set => Own.Overhead = value;
    }

    /// <summary>Pod-level resources (by default from Kubernetes 1.34 on).</summary>
    public ResourceRequirements? Resources
    {
        get => _template.Resources;
        set => Own.Resources = value;
    }

    public List<PodSchedulingGate>? SchedulingGates
    {
        get => _template.SchedulingGates;
        set => Own.SchedulingGates = value;
    }

    /// <summary>Dynamic resource allocation.</summary>
    public List<PodResourceClaim>? ResourceClaims
    {
        get => _template.ResourceClaims;
        set => Own.ResourceClaims = value;
    }

    /// <summary>The specification of another pod of the workload on a node, with the same template.</summary>
    public PodSpec On(string? nodeName)
    {
        _template.IsShared = true;
        return new(_template) { NodeName = nodeName, Volumes = Volumes };
    }

    /// <summary>Read-only once shared.</summary>
    [JsonIgnore]
    internal PodSpecTemplate Template
    {
        get => _template;
        set => _template = value;
    }

    private PodSpecTemplate Own => _template.IsShared ? _template = _template.Copy() : _template;
}

public sealed class PodSchedulingGate
{
    public string Name { get; set; } = "";
}

public sealed class Container
{
    public string Name { get; set; } = "";

    public string? Image { get; set; }

    public ResourceRequirements? Resources { get; set; }

    public List<ContainerPort>? Ports { get; set; }

    /// <summary><c>Always</c> on an init container makes it a sidecar.</summary>
    public string? RestartPolicy { get; set; }
}

public sealed class ContainerPort
{
    public string? Name { get; set; }

    [JsonPropertyName("containerPort")]
    public int Number { get; set; }

    public int? HostPort { get; set; }

    public string? HostIP { get; set; }

    public string? Protocol { get; set; }
}

public sealed class ResourceRequirements
{
    public Dictionary<string, Quantity>? Requests { get; set; }

    public Dictionary<string, Quantity>? Limits { get; set; }
}

public sealed class Toleration
{
    public string? Key { get; set; }

    public string? Operator { get; set; }

    public string? Value { get; set; }

    public string? Effect { get; set; }

    public long? TolerationSeconds { get; set; }
}

public sealed class Volume
{
    public string Name { get; set; } = "";

    public EmptyDirVolume? EmptyDir { get; set; }

    public PersistentVolumeClaimVolume? PersistentVolumeClaim { get; set; }

    public HostPathVolume? HostPath { get; set; }

    /// <summary>A generic ephemeral volume with its own claim.</summary>
    public EphemeralVolume? Ephemeral { get; set; }
}

public sealed class EmptyDirVolume
{
    public string? Medium { get; set; }

    public Quantity? SizeLimit { get; set; }
}

public sealed class PersistentVolumeClaimVolume
{
    public string ClaimName { get; set; } = "";

    public bool? ReadOnly { get; set; }
}

public sealed class HostPathVolume
{
    public string Path { get; set; } = "";
}

public sealed class EphemeralVolume { }

public sealed class PodStatus
{
    private Rest? _rest;
    private CompactTime _startTime;

    public string? Phase { get; set; }

    public string? Reason
    {
        get => _rest?.Reason;
        set => Set(value)?.Reason = value;
    }

    public string? Message
    {
        get => _rest?.Message;
        set => Set(value)?.Message = value;
    }

    public string? NominatedNodeName
    {
        get => _rest?.NominatedNodeName;
        set => Set(value)?.NominatedNodeName = value;
    }

    public string? PodIP
    {
        get => _rest?.PodIP;
        set => Set(value)?.PodIP = value;
    }

    public string? HostIP
    {
        get => _rest?.HostIP;
        set => Set(value)?.HostIP = value;
    }

    public string? QosClass
    {
        get => _rest?.QosClass;
        set => Set(value)?.QosClass = value;
    }

    /// <summary><c>Deferred</c>, <c>Infeasible</c>, <c>InProgress</c> or empty (in-place resize before 1.33; conditions since).</summary>
    public string? Resize
    {
        get => _rest?.Resize;
        set => Set(value)?.Resize = value;
    }

    public DateTimeOffset? StartTime
    {
        get => _startTime;
        set => _startTime = value;
    }

    public List<Condition>? Conditions { get; set; }

    public List<ContainerStatus>? ContainerStatuses { get; set; }

    public List<ContainerStatus>? InitContainerStatuses { get; set; }

    /// <summary>The seconds from the pod's creation until it was Ready, in caches that omit the time of the condition. Not in the API.</summary>
    [JsonIgnore]
    public int? ReadyAfterSeconds { get; set; }

    /// <summary>True without addresses, reasons and the other rarely used fields.</summary>
    internal bool IsBrief => _rest is null;

    private Rest? Set(string? value) => value is null ? _rest : _rest ??= new();

    // Rarely used fields, which saves memory in caches.
    private sealed class Rest
    {
        public string? Reason { get; set; }

        public string? Message { get; set; }

        public string? NominatedNodeName { get; set; }

        public string? PodIP { get; set; }

        public string? HostIP { get; set; }

        public string? QosClass { get; set; }

        public string? Resize { get; set; }
    }
}

public sealed class ContainerStatus
{
    public string Name { get; set; } = "";

    public bool Ready { get; set; }

    public bool? Started { get; set; }

    public int RestartCount { get; set; }

    public ContainerState? State { get; set; }

    public ContainerState? LastState { get; set; }

    /// <summary>Granted by the kubelet (in-place resize).</summary>
    public Dictionary<string, Quantity>? AllocatedResources { get; set; }

    /// <summary>In effect in the container (in-place resize).</summary>
    public ResourceRequirements? Resources { get; set; }
}

public sealed class ContainerState
{
    public ContainerStateWaiting? Waiting { get; set; }

    public ContainerStateRunning? Running { get; set; }

    public ContainerStateTerminated? Terminated { get; set; }
}

public sealed class ContainerStateWaiting
{
    public string? Reason { get; set; }

    public string? Message { get; set; }
}

public sealed class ContainerStateRunning
{
    public DateTimeOffset? StartedAt { get; set; }
}

public sealed class ContainerStateTerminated
{
    public int ExitCode { get; set; }

    public int? Signal { get; set; }

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}

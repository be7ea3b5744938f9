using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Kubernetes.Models;

public sealed class Pod : KubernetesObject
{
    public PodSpec Spec { get; set; } = new();

    public PodStatus Status { get; set; } = new();
}

public sealed class PodSpec
{
    /// <summary>From 1.37 on (alpha).</summary>
    public List<EvictionResponder>? EvictionResponders { get; set; }

    public string? NodeName { get; set; }

    public string? SchedulerName { get; set; }

    public string? ServiceAccountName { get; set; }

    public bool? HostNetwork { get; set; }

    public string? RestartPolicy { get; set; }

    public long? TerminationGracePeriodSeconds { get; set; }

    public int? Priority { get; set; }

    public string? PriorityClassName { get; set; }

    public string? PreemptionPolicy { get; set; }

    public Dictionary<string, string>? NodeSelector { get; set; }

    public Affinity? Affinity { get; set; }

    public List<Toleration>? Tolerations { get; set; }

    public List<TopologySpreadConstraint>? TopologySpreadConstraints { get; set; }

    public List<Volume>? Volumes { get; set; }

    public List<Container> Containers { get; set; } = [];

    public List<Container>? InitContainers { get; set; }

    public Dictionary<string, Quantity>? Overhead { get; set; }

    /// <summary>Pod-level resources (Kubernetes 1.34 on by default).</summary>
    public ResourceRequirements? Resources { get; set; }

    public List<PodSchedulingGate>? SchedulingGates { get; set; }

    /// <summary>Devices by dynamic resource allocation.</summary>
    public List<PodResourceClaim>? ResourceClaims { get; set; }
}

public sealed class PodResourceClaim
{
    public string Name { get; set; } = "";
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

    /// <summary>A generic ephemeral volume: its claim is the pod's own.</summary>
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

public sealed class EphemeralVolume
{
}

public sealed class PodStatus
{
    public string? Phase { get; set; }

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public string? NominatedNodeName { get; set; }

    public string? PodIP { get; set; }

    public string? HostIP { get; set; }

    public string? QosClass { get; set; }

    /// <summary><c>Deferred</c>, <c>Infeasible</c>, <c>InProgress</c> or nothing (in-place resize, before 1.33; conditions since).</summary>
    public string? Resize { get; set; }

    public DateTimeOffset? StartTime { get; set; }

    public List<Condition>? Conditions { get; set; }

    public List<ContainerStatus>? ContainerStatuses { get; set; }

    public List<ContainerStatus>? InitContainerStatuses { get; set; }
}

public sealed class ContainerStatus
{
    public string Name { get; set; } = "";

    public bool Ready { get; set; }

    public bool? Started { get; set; }

    public int RestartCount { get; set; }

    public ContainerState? State { get; set; }

    public ContainerState? LastState { get; set; }

    /// <summary>What the kubelet has granted (in-place resize).</summary>
    public Dictionary<string, Quantity>? AllocatedResources { get; set; }

    /// <summary>What the container runs with (in-place resize).</summary>
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

    public DateTimeOffset? FinishedAt { get; set; }
}

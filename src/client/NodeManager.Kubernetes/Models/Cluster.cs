using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Kubernetes.Models;

public sealed class Namespace : KubernetesObject
{
    public NamespaceStatus Status { get; set; } = new();
}

public sealed class NamespaceStatus
{
    public string? Phase { get; set; }
}

public sealed class VolumeAttachment : KubernetesObject
{
    public VolumeAttachmentSpec Spec { get; set; } = new();

    public VolumeAttachmentStatus? Status { get; set; }
}

public sealed class VolumeAttachmentSpec
{
    public string Attacher { get; set; } = "";

    public string NodeName { get; set; } = "";

    public VolumeAttachmentSource Source { get; set; } = new();
}

public sealed class VolumeAttachmentSource
{
    public string? PersistentVolumeName { get; set; }
}

public sealed class VolumeAttachmentStatus
{
    public bool Attached { get; set; }
}

public sealed class PersistentVolumeClaim : KubernetesObject
{
    public PersistentVolumeClaimSpec Spec { get; set; } = new();
}

public sealed class PersistentVolumeClaimSpec
{
    public string? VolumeName { get; set; }

    public string? StorageClassName { get; set; }

    public List<string>? AccessModes { get; set; }

    public ResourceRequirements? Resources { get; set; }

    /// <summary>The labels of volumes that the claim may be bound to; null: any.</summary>
    public LabelSelector? Selector { get; set; }

    /// <summary><c>Filesystem</c> or <c>Block</c>; null: <c>Filesystem</c>.</summary>
    public string? VolumeMode { get; set; }
}

public sealed class PersistentVolume : KubernetesObject
{
    public PersistentVolumeSpec Spec { get; set; } = new();
}

public sealed class PersistentVolumeSpec
{
    public VolumeNodeAffinity? NodeAffinity { get; set; }

    public ObjectReference? ClaimRef { get; set; }

    public string? StorageClassName { get; set; }

    public List<string>? AccessModes { get; set; }

    public Dictionary<string, Quantity>? Capacity { get; set; }

    /// <summary><c>Filesystem</c> or <c>Block</c>; null: <c>Filesystem</c>.</summary>
    public string? VolumeMode { get; set; }
}

public sealed class StorageClass : KubernetesObject
{
    public string Provisioner { get; set; } = "";

    /// <summary><c>Immediate</c> or <c>WaitForFirstConsumer</c>.</summary>
    public string? VolumeBindingMode { get; set; }

    /// <summary>Topologies of new volumes, ORed; null or empty: any.</summary>
    public List<TopologySelectorTerm>? AllowedTopologies { get; set; }
}

/// <summary>Expressions are ANDed.</summary>
public sealed class TopologySelectorTerm
{
    public List<TopologySelectorLabelRequirement>? MatchLabelExpressions { get; set; }
}

public sealed class TopologySelectorLabelRequirement
{
    public string Key { get; set; } = "";

    public List<string> Values { get; set; } = [];
}

public sealed class VolumeNodeAffinity
{
    public NodeSelector? Required { get; set; }
}

public sealed class Lease : KubernetesObject
{
    public LeaseSpec Spec { get; set; } = new();
}

public sealed class LeaseSpec
{
    public string? HolderIdentity { get; set; }

    public int? LeaseDurationSeconds { get; set; }

    public DateTimeOffset? AcquireTime { get; set; }

    public DateTimeOffset? RenewTime { get; set; }

    public int? LeaseTransitions { get; set; }
}

public sealed class Event : KubernetesObject
{
    public ObjectReference InvolvedObject { get; set; } = new();

    public string? Type { get; set; }

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public int? Count { get; set; }

    public DateTimeOffset? FirstTimestamp { get; set; }

    public DateTimeOffset? LastTimestamp { get; set; }

    public DateTimeOffset? EventTime { get; set; }

    public EventSeries? Series { get; set; }

    public EventSource? Source { get; set; }

    public string? Action { get; set; }

    public string? ReportingComponent { get; set; }

    public string? ReportingInstance { get; set; }
}

/// <summary>The repetitions of an Event of events.k8s.io, whose <see cref="Event.EventTime"/> is that of the first.</summary>
public sealed class EventSeries
{
    public int? Count { get; set; }

    public DateTimeOffset? LastObservedTime { get; set; }
}

public sealed class EventSource
{
    public string? Component { get; set; }

    public string? Host { get; set; }
}

public sealed class ObjectReference
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public string? Namespace { get; set; }

    public string? Name { get; set; }

    public string? Uid { get; set; }

    public string? ResourceVersion { get; set; }
}

/// <summary>The metadata of an object, from <c>as=PartialObjectMetadata</c>.</summary>
public sealed class PartialObjectMetadata : KubernetesObject { }

public sealed class Service : KubernetesObject
{
    public ServiceSpec Spec { get; set; } = new();
}

public sealed class ServiceSpec
{
    public Dictionary<string, string>? Selector { get; set; }
}

using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Kubernetes.Models;

public sealed class Node : KubernetesObject
{
    public NodeSpec Spec { get; set; } = new();

    public ReportedNodeStatus Status { get; set; } = new();
}

public sealed class NodeSpec
{
    public bool? Unschedulable { get; set; }

    public List<Taint>? Taints { get; set; }

    public string? ProviderID { get; set; }

    public string? PodCIDR { get; set; }

    public List<string>? PodCIDRs { get; set; }
}

public sealed class Taint
{
    public string Key { get; set; } = "";

    public string? Value { get; set; }

    public string Effect { get; set; } = "";

    public DateTimeOffset? TimeAdded { get; set; }
}

public sealed class ReportedNodeStatus
{
    public Dictionary<string, Quantity>? Capacity { get; set; }

    public Dictionary<string, Quantity>? Allocatable { get; set; }

    public List<Condition>? Conditions { get; set; }

    public List<ReportedNodeAddress>? Addresses { get; set; }

    public NodeSystemInfo? NodeInfo { get; set; }

    public NodeDaemonEndpoints? DaemonEndpoints { get; set; }

    public List<AttachedVolume>? VolumesAttached { get; set; }

    public List<string>? VolumesInUse { get; set; }
}

public sealed class NodeDaemonEndpoints
{
    public DaemonEndpoint? KubeletEndpoint { get; set; }
}

public sealed class DaemonEndpoint
{
    /// <summary>With an upper-case letter on the wire.</summary>
    [JsonPropertyName("Port")]
    public int Port { get; set; }
}

public sealed class AttachedVolume
{
    public string Name { get; set; } = "";

    public string? DevicePath { get; set; }
}

/// <summary>A condition of any object; node conditions have a heartbeat time, pod conditions a probe time.</summary>
public sealed class Condition
{
    private CompactTime _heartbeat,
        _transition;

    public string Type { get; set; } = "";

    public string Status { get; set; } = "";

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public long? ObservedGeneration { get; set; }

    public DateTimeOffset? LastHeartbeatTime
    {
        get => _heartbeat;
        set => _heartbeat = value;
    }

    public DateTimeOffset? LastTransitionTime
    {
        get => _transition;
        set => _transition = value;
    }
}

public sealed class ReportedNodeAddress
{
    public string Type { get; set; } = "";

    public string Address { get; set; } = "";
}

public sealed class NodeSystemInfo
{
    public string? MachineID { get; set; }

    public string? SystemUUID { get; set; }

    public string? BootID { get; set; }

    public string? KernelVersion { get; set; }

    public string? OsImage { get; set; }

    public string? ContainerRuntimeVersion { get; set; }

    public string? KubeletVersion { get; set; }

    public string? KubeProxyVersion { get; set; }

    public string? OperatingSystem { get; set; }

    public string? Architecture { get; set; }
}

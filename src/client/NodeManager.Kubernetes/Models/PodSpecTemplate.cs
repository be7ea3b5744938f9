using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Kubernetes.Models;

/// <summary>The fields of <see cref="PodSpec"/> that pods of a workload share.</summary>
internal sealed class PodSpecTemplate
{
    /// <summary>True when several pods share it: it is read-only.</summary>
    public bool IsShared { get; set; }

    public List<EvictionResponder>? EvictionResponders { get; set; }

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

    public List<Container> Containers { get; set; } = [];

    public List<Container>? InitContainers { get; set; }

    public Dictionary<string, Quantity>? Overhead { get; set; }

    public ResourceRequirements? Resources { get; set; }

    public List<PodSchedulingGate>? SchedulingGates { get; set; }

    public List<PodResourceClaim>? ResourceClaims { get; set; }

    /// <summary>A copy that may be changed.</summary>
    public PodSpecTemplate Copy()
    {
        var copy = (PodSpecTemplate)MemberwiseClone();
        copy.IsShared = false;
        return copy;
    }
}

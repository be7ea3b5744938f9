namespace NodeManager.Kubernetes.Models;

public sealed class Deployment : KubernetesObject
{
    public WorkloadSpec Spec { get; set; } = new();

    public WorkloadStatus Status { get; set; } = new();
}

public sealed class ReplicaSet : KubernetesObject
{
    public WorkloadSpec Spec { get; set; } = new();

    public WorkloadStatus Status { get; set; } = new();
}

public sealed class StatefulSet : KubernetesObject
{
    public WorkloadSpec Spec { get; set; } = new();

    public WorkloadStatus Status { get; set; } = new();
}

public sealed class DaemonSet : KubernetesObject
{
    public WorkloadSpec Spec { get; set; } = new();
}

/// <summary>The fields of workload specifications that are read.</summary>
public sealed class WorkloadSpec
{
    public int? Replicas { get; set; }

    public bool? Paused { get; set; }

    public int? MinReadySeconds { get; set; }

    public LabelSelector? Selector { get; set; }

    public PodTemplate Template { get; set; } = new();

    public DeploymentStrategy? Strategy { get; set; }
}

/// <summary>PodTemplate of core/v1; <see cref="PodTemplate"/> is part of workloads.</summary>
public sealed class StoredPodTemplate : KubernetesObject
{
    public PodTemplate Template { get; set; } = new();
}

public sealed class PodTemplate
{
    public ObjectMeta Metadata { get; set; } = new();

    public PodSpec Spec { get; set; } = new();
}

public sealed class DeploymentStrategy
{
    public string? Type { get; set; }

    public RollingUpdateDeployment? RollingUpdate { get; set; }
}

public sealed class RollingUpdateDeployment
{
    public IntOrString? MaxSurge { get; set; }

    public IntOrString? MaxUnavailable { get; set; }
}

public sealed class WorkloadStatus
{
    public long? ObservedGeneration { get; set; }

    public int Replicas { get; set; }

    public int ReadyReplicas { get; set; }

    public int AvailableReplicas { get; set; }

    public int UpdatedReplicas { get; set; }

    public int TerminatingReplicas { get; set; }

    public List<Condition>? Conditions { get; set; }
}

/// <summary>The scale of a workload of any kind.</summary>
public sealed class Scale : KubernetesObject
{
    public ScaleSpec Spec { get; set; } = new();
}

public sealed class ScaleSpec
{
    public int? Replicas { get; set; }
}

namespace NodeManager.Kubernetes.Models;

/// <summary>
/// lifecycle.k8s.io/v1alpha1 EvictionRequest: a client's request to evict a pod. Source: the Kubernetes API reference, 1.37 (alpha).
/// </summary>
public sealed class EvictionRequest : KubernetesObject
{
    public EvictionRequestSpec Spec { get; set; } = new();

    public EvictionProcessStatus? Status { get; set; }
}

public sealed class EvictionRequestSpec
{
    public EvictionTarget Target { get; set; } = new();

    /// <summary>A domain-prefixed key.</summary>
    public string Requester { get; set; } = "";

    /// <summary><c>Eviction</c> or <c>Withdrawn</c>.</summary>
    public string Intent { get; set; } = "";
}

public sealed class EvictionTarget
{
    public EvictionPodReference? Pod { get; set; }
}

public sealed class EvictionPodReference
{
    public string Name { get; set; } = "";

    public string Uid { get; set; } = "";
}

/// <summary>lifecycle.k8s.io/v1alpha1 Eviction: the server's object for all requests about one pod. Not the subresource of pods.</summary>
public sealed class EvictionProcess : KubernetesObject
{
    public EvictionProcessSpec Spec { get; set; } = new();

    public EvictionProcessStatus Status { get; set; } = new();
}

public sealed class EvictionProcessSpec
{
    public EvictionTarget Target { get; set; } = new();
}

public sealed class EvictionProcessStatus
{
    /// <summary><c>TargetEvicted</c> and <c>Failed</c>.</summary>
    public List<Condition>? Conditions { get; set; }

    /// <summary>The responders in their order.</summary>
    public List<TargetResponder>? TargetResponders { get; set; }

    /// <summary>The responders' reports.</summary>
    public List<ResponderStatus>? Responders { get; set; }
}

public sealed class TargetResponder
{
    public string Name { get; set; } = "";

    public int? Priority { get; set; }

    /// <summary><c>Inactive</c>, <c>Active</c>, <c>Interrupted</c>, <c>Canceled</c> or <c>Completed</c>.</summary>
    public string State { get; set; } = "";
}

public sealed class ResponderStatus
{
    public string Name { get; set; } = "";

    public DateTimeOffset? StartTime { get; set; }

    public DateTimeOffset? HeartbeatTime { get; set; }

    public DateTimeOffset? ExpectedCompletionTime { get; set; }

    public DateTimeOffset? CompletionTime { get; set; }

    public string? Message { get; set; }
}

/// <summary>A responder in a pod's specification.</summary>
public sealed class EvictionResponder
{
    public string Name { get; set; } = "";

    public int? Priority { get; set; }
}

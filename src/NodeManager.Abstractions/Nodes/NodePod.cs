namespace NodeManager;

/// <summary>A pod bound to a node. Piped to a command for nodes, a pod refers to its node.</summary>
public sealed class NodePod : ClusterObject
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>The node that the pod is bound to.</summary>
    public string NodeName { get; init; } = "";

    /// <summary>The UID of that node. Empty without the permission to read nodes.</summary>
    public string NodeUid { get; init; } = "";

    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>, as the server has it.</summary>
    public string Phase { get; init; } = "";

    /// <summary>The status as kubectl shows it: the phase, or a more specific state (<c>CrashLoopBackOff</c>, <c>Terminating</c>, <c>Init:0/1</c>).</summary>
    public string Status { get; init; } = "";

    /// <summary>True when the pod's Ready condition is True.</summary>
    public bool Ready { get; init; }

    public int ReadyContainers { get; init; }

    public int Containers { get; init; }

    public int Restarts { get; init; }

    /// <summary>Kind of the controller that owns the pod (<c>ReplicaSet</c>, <c>DaemonSet</c>, <c>Node</c> for mirror pods); empty without.</summary>
    public string OwnerKind { get; init; } = "";

    public string OwnerName { get; init; } = "";

    public int Priority { get; init; }

    public string PriorityClass { get; init; } = "";

    public string QosClass { get; init; } = "";

    public string PodIP { get; init; } = "";

    /// <summary>The requests of the pod, as the scheduler counts them.</summary>
    public NodeResources Requested { get; init; } = new();

    public StringMap Labels { get; init; } = StringMap.Empty;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ObservedAt { get; init; }

    public TimeSpan Age => ObservedAt - CreatedAt;

    public string Uid { get; init; } = "";

    public override string ToString() => $"{Namespace}/{Name}";
}

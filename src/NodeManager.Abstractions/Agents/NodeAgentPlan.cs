namespace NodeManager;

/// <summary>A change that an agent asks for, as the server planned it. A person approves or denies it.</summary>
public sealed class NodeAgentPlan
{
    /// <summary>The id of the plan, which is not secret.</summary>
    public required string Id { get; init; }

    /// <summary><c>Cordon</c>, <c>Uncordon</c>, <c>SetLabels</c>, <c>RemoveLabels</c>, <c>SetTaints</c>, <c>RemoveTaints</c> or <c>Drain</c>.</summary>
    public required string Action { get; init; }

    /// <summary>See <see cref="AgentPlanStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The address of the server that has the plan.</summary>
    public string Server { get; init; } = "";

    /// <summary>The name that the server has for the cluster.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>The names of the nodes.</summary>
    public ItemList<string> Nodes { get; init; } = ItemList<string>.Empty;

    /// <summary>The steps of the plan, written by the server: what is sent to each node, and what that changes.</summary>
    public ItemList<string> Steps { get; init; } = ItemList<string>.Empty;

    /// <summary>Of an edit: each field of each node that it changes.</summary>
    public ItemList<NodeAgentPlanField> Fields { get; init; } = ItemList<NodeAgentPlanField>.Empty;

    /// <summary>Of <c>SetLabels</c>: the labels that are set.</summary>
    public StringMap Labels { get; init; } = StringMap.Empty;

    /// <summary>Of <c>RemoveLabels</c>: the keys that are removed.</summary>
    public ItemList<string> LabelKeys { get; init; } = ItemList<string>.Empty;

    /// <summary>Of <c>SetTaints</c> and <c>RemoveTaints</c>: the taints, as <c>key=value:Effect</c>.</summary>
    public ItemList<string> Taints { get; init; } = ItemList<string>.Empty;

    /// <summary>Of a drain: pods with emptyDir volumes are deleted, and their data with them.</summary>
    public bool DeleteEmptyDirData { get; init; }

    /// <summary>Of a drain: pods without a controller are deleted.</summary>
    public bool DeleteUnmanagedPods { get; init; }

    /// <summary>For a drain: the time after which it gives up.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Of a drain: the pods that are evicted, as <c>namespace/name</c>.</summary>
    public ItemList<string> Pods { get; init; } = ItemList<string>.Empty;

    /// <summary>Blockers and warnings to read before the approval.</summary>
    public ItemList<string> Warnings { get; init; } = ItemList<string>.Empty;

    /// <summary>Why, in the agent's words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The caller who requested it.</summary>
    public string RequestedBy { get; init; } = "";

    public DateTimeOffset RequestedAt { get; init; }

    /// <summary>Until when it can be approved, and once it is, applied.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The user who approved or denied it.</summary>
    public string DecidedBy { get; init; } = "";

    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>The result of the plan.</summary>
    public string Result { get; init; } = "";

    /// <summary>Of a drain: the id of the server's operation.</summary>
    public string Operation { get; init; } = "";

    public override string ToString() => Id;
}

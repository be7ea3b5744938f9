namespace NodeManager;

/// <summary>A Kubernetes Event about a node. Piped to a command for nodes, it refers to that node.</summary>
public sealed class NodeEvent : ClusterObject
{
    /// <summary>The node that the event is about.</summary>
    public required string NodeName { get; init; }

    /// <summary>The UID of that node. Empty for an event of the kubelet about a node that no longer exists.</summary>
    public string NodeUid { get; init; } = "";

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>The reason in one word, such as <c>NodeNotReady</c>.</summary>
    public string Reason { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>The component that reported the event, such as <c>kubelet</c>.</summary>
    public string Source { get; init; } = "";

    /// <summary>How often the event happened.</summary>
    public int Count { get; init; } = 1;

    /// <summary>When it happened for the first time.</summary>
    public DateTimeOffset? FirstSeen { get; init; }

    /// <summary>When it happened for the last time.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    public DateTimeOffset ObservedAt { get; init; }

    /// <summary>The time since it happened for the last time.</summary>
    public TimeSpan? Age => ObservedAt - LastSeen;

    public override string ToString() => $"{Reason}: {Message}";
}

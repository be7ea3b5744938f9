namespace NodeManager;

/// <summary>The autoscaler of a namespace: who acts, on which pools, and what was decided last.</summary>
public sealed class NodeAutoscaler : ClusterObject
{
    public required string Namespace { get; init; }

    /// <summary><c>Running</c>: a process leads and renews its lease. <c>Stopped</c>: none does.</summary>
    public required string Status { get; init; }

    /// <summary>The process that acts, or acted last; empty: none ever did.</summary>
    public string Leader { get; init; } = "";

    /// <summary>Since when it leads.</summary>
    public DateTimeOffset? LeaderSince { get; init; }

    /// <summary>When it last renewed its lease.</summary>
    public DateTimeOffset? RenewedAt { get; init; }

    /// <summary>True where this session runs an autoscaler of the namespace, leader or not.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Pending keys; null where the leader is another process.</summary>
    public int? QueueLength { get; init; }

    /// <summary>The keys in progress; null if the leader is another process.</summary>
    public int? InProgress { get; init; }

    public ItemList<NodeAutoscalerPool> Pools { get; init; } = ItemList<NodeAutoscalerPool>.Empty;

    /// <summary>The latest decisions with their reasons, the newest first.</summary>
    public ItemList<NodeScaleDecision> Decisions { get; init; } = ItemList<NodeScaleDecision>.Empty;

    public override string ToString() => $"{Namespace}: {Status}";
}

/// <summary>A pool as the autoscaler sees it.</summary>
public sealed class NodeAutoscalerPool : ClusterObject
{
    public required string Name { get; init; }

    public string Provider { get; init; } = "";

    /// <summary>Nodes that have registered.</summary>
    public int Nodes { get; init; }

    public int ReadyNodes { get; init; }

    /// <summary>Claims, with and without nodes.</summary>
    public int Claims { get; init; }

    public int MinNodes { get; init; }

    /// <summary>0: unlimited.</summary>
    public int MaxNodes { get; init; }

    /// <summary>At least so many nodes while it is set.</summary>
    public int? NodeCount { get; init; }

    /// <summary><c>True</c>, <c>False</c>, or empty where no autoscaler has checked it.</summary>
    public string Available { get; init; } = "";

    /// <summary>Why it is not available.</summary>
    public string Message { get; init; } = "";

    public DateTimeOffset? LastScaleActivity { get; init; }

    public override string ToString() => $"{Name} ({ReadyNodes}/{Nodes})";
}

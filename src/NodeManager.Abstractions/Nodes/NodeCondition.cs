namespace NodeManager;

/// <summary>A condition of a node as its kubelet or a controller reported it.</summary>
public sealed class NodeCondition
{
    public required string Type { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public required string Status { get; init; }

    public string Reason { get; init; } = "";

    public string Message { get; init; } = "";

    public DateTimeOffset? LastHeartbeatTime { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public override string ToString() => $"{Type}={Status}";
}

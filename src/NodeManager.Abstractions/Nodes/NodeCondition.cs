namespace NodeManager;

/// <summary>A condition of a node as its kubelet or a controller reported it.</summary>
public sealed class NodeCondition
{
    private readonly CompactTime _heartbeat,
        _transition;

    public required string Type { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public required string Status { get; init; }

    public string Reason { get; init; } = "";

    public string Message { get; init; } = "";

    public DateTimeOffset? LastHeartbeatTime
    {
        get => _heartbeat;
        init => _heartbeat = value;
    }

    public DateTimeOffset? LastTransitionTime
    {
        get => _transition;
        init => _transition = value;
    }

    public override string ToString() => $"{Type}={Status}";
}

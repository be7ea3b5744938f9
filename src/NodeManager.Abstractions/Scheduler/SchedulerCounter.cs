namespace NodeManager;

/// <summary>How often something was done to schedulers by this process.</summary>
public sealed class SchedulerCounter
{
    /// <summary><c>Enabled</c>, <c>Disabled</c>, <c>Updated</c>, <c>Restarts</c>, <c>Failures</c> or <c>Rollbacks</c>.</summary>
    public required string Name { get; init; }

    public required long Count { get; init; }

    /// <summary>How long they took together; null where nothing is timed.</summary>
    public TimeSpan? Duration { get; init; }

    public override string ToString() => $"{Name}: {Count}";
}

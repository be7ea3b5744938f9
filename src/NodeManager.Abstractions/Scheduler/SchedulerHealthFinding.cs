namespace NodeManager;

/// <summary>The result of one check of the health of a scheduler.</summary>
public sealed class SchedulerHealthFinding : SchedulerObject
{
    /// <summary><c>Deployment</c>, <c>Pod</c>, <c>Leader</c>, <c>Configuration</c>, <c>Revision</c>, <c>Scheduling</c> or <c>PendingPods</c>; stable.</summary>
    public required string Check { get; init; }

    /// <summary>See <see cref="SchedulerHealthStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The checked object: a pod, a Lease.</summary>
    public string Subject { get; init; } = "";

    public required string Message { get; init; }

    /// <summary>Empty where nothing is to be done.</summary>
    public string RecommendedAction { get; init; } = "";

    /// <summary>The last lines of the log of a pod that crashed.</summary>
    public string Log { get; init; } = "";

    public DateTimeOffset ObservedAt { get; init; }

    public override string ToString() => $"{Check}: {Status}: {Message}";
}

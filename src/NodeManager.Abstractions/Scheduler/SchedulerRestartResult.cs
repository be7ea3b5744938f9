namespace NodeManager;

/// <summary>How the restart of a scheduler ended.</summary>
public sealed class SchedulerRestartResult : SchedulerObject
{
    /// <summary>See <see cref="SchedulerRestartStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The revision that its pods run with now; null where it is not known.</summary>
    public long? Revision { get; init; }

    /// <summary>The revision that its pods ran with before; null where it is not known.</summary>
    public long? FormerRevision { get; init; }

    /// <summary>The leader, as in the Lease; empty without leader election.</summary>
    public string Leader { get; init; } = "";

    /// <summary>New pods that are ready.</summary>
    public int ReadyPods { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>The result in a sentence.</summary>
    public string Message { get; init; } = "";

    /// <summary>The last lines of the log of a pod that did not start.</summary>
    public string Log { get; init; } = "";

    public override string ToString() => $"{Namespace}/{Deployment}: {Status}";
}

namespace NodeManager;

/// <summary>One action of the repair of a node.</summary>
public sealed class NodeRepairStep
{
    /// <summary><c>Cordon</c>, <c>Drain</c>, <c>Restart</c> or <c>Replace</c>.</summary>
    public required string Action { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the action was done, had failed or was stopped; null for one that is planned.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public TimeSpan? Duration => EndedAt - StartedAt;

    /// <summary>How it ended, in one sentence; empty where it did as it should.</summary>
    public string Message { get; init; } = "";

    public override string ToString() => Action;
}

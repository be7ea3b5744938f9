namespace NodeManager.Monitoring.Alerts.Documents;

/// <summary>One line of the state file: its start, a transition, or a sink's receipt of one.</summary>
internal sealed record JournalLine
{
    /// <summary>The first line: part of the ids of all alerts of the file.</summary>
    public string? Run { get; init; }

    /// <summary>A transition.</summary>
    public AlertDocument? Alert { get; init; }

    /// <summary>Of a transition: the sinks that are to receive it.</summary>
    public IReadOnlyList<string>? Sinks { get; init; }

    /// <summary>Of a transition: which nodes may join the alert.</summary>
    public string? GroupBy { get; init; }

    /// <inheritdoc cref="GroupBy"/>
    public string? Group { get; init; }

    /// <summary>Of a transition: when the evidence of the member that joined last was seen.</summary>
    public DateTimeOffset? LastEvidence { get; init; }

    /// <summary>Of a transition of an alert about the monitor: what it concerns.</summary>
    public string? Target { get; init; }

    /// <summary>A receipt: the transition.</summary>
    public string? Received { get; init; }

    /// <summary>A receipt: the sink.</summary>
    public string? By { get; init; }
}

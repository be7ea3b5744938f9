namespace NodeManager.Monitoring.Alerts.Documents;

/// <summary>One line of the state file: the header, a transition, or a sink's receipt.</summary>
internal sealed record JournalLine
{
    /// <summary>Header: part of the ids of all alerts of the file.</summary>
    public string? Run { get; init; }

    public AlertDocument? Alert { get; init; }

    /// <summary>Transition: the sinks that have to receive it.</summary>
    public IReadOnlyList<string>? Sinks { get; init; }

    /// <summary>Transition: which nodes may join the alert.</summary>
    public string? GroupBy { get; init; }

    /// <inheritdoc cref="GroupBy"/>
    public string? Group { get; init; }

    /// <summary>Transition: when the last member's evidence was observed.</summary>
    public DateTimeOffset? LastEvidence { get; init; }

    /// <summary>Transition of an alert about the monitor: its subject.</summary>
    public string? Target { get; init; }

    /// <summary>No sink has received the alert, because of a silence.</summary>
    public bool? Withheld { get; init; }

    /// <summary>Receipt: the transition.</summary>
    public string? Received { get; init; }

    /// <summary>Receipt: the sink.</summary>
    public string? By { get; init; }
}

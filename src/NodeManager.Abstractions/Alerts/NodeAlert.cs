namespace NodeManager;

/// <summary>An alert at one of its transitions. One cause on one node, or on the nodes of a group that fail together, is one alert.</summary>
public sealed class NodeAlert : ClusterObject
{
    private readonly DateTimeOffset? _observedAt;

    /// <summary>Identifies the alert from its start to its end.</summary>
    public required string Id { get; init; }

    /// <summary>Identifies this transition. Webhooks receive it as <c>Idempotency-Key</c>: a receiver ignores a transition that it already has.</summary>
    public string TransitionId => $"{Id}-{Sequence}";

    /// <summary>Counts the transitions of the alert from 1.</summary>
    public int Sequence { get; init; } = 1;

    /// <summary>The transition of the alert: one of <see cref="NodeAlertTransition"/>.</summary>
    public required string Transition { get; init; }

    /// <summary>One of <see cref="NodeAlertStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>One of <see cref="NodeFindingCause"/> or <see cref="NodeAlertCause"/>, or the type of a condition that a problem detector reported.</summary>
    public required string Cause { get; init; }

    /// <summary>One of <see cref="NodeFindingSeverity"/>: that of the worst finding.</summary>
    public required string Severity { get; init; }

    /// <summary>The affected nodes; of a resolved alert, all nodes that were affected. Empty for alerts of the monitor itself.</summary>
    public ItemList<string> Nodes { get; init; } = ItemList<string>.Empty;

    /// <summary>The common property of nodes that failed together: <c>Zone</c>, <c>Rack</c>, <c>Pool</c>, <c>Cluster</c> or a label key. Empty for one node.</summary>
    public string GroupBy { get; init; } = "";

    /// <summary>The zone, rack, pool or label value. Empty for one node.</summary>
    public string Group { get; init; } = "";

    /// <summary>When the cause began, in the cluster's time. It does not change during the alert.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>When the cause ended; null while the alert is firing.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>When this transition happened.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the alert was listed; in the output of a monitor, when this transition happened.</summary>
    public DateTimeOffset ObservedAt
    {
        get => _observedAt ?? UpdatedAt;
        init => _observedAt = value;
    }

    /// <summary>The fault, in one or two sentences.</summary>
    public required string Message { get; init; }

    /// <summary>True when the cause appears and disappears repeatedly: the alert then stays open until it has been quiet for some minutes.</summary>
    public bool IsFlapping { get; init; }

    /// <summary>The silence that covers the alert; null without one. Sinks other than Alertmanager do not receive a silenced alert.</summary>
    public NodeAlertSilence? Silence { get; init; }

    /// <summary>The labels that identify the alert at a receiver such as Prometheus Alertmanager. They do not change during the alert.</summary>
    public StringMap Labels { get; init; } = StringMap.Empty;

    /// <summary>The findings behind it, with their evidence: one for each affected node.</summary>
    public ItemList<NodeFinding> Findings { get; init; } = ItemList<NodeFinding>.Empty;

    // True for an alert that a silence covered from its beginning: sinks do not need its end.
    internal bool IsWithheld { get; init; }

    /// <summary>How long the cause has lasted until <c>ObservedAt</c>, or until its end.</summary>
    public TimeSpan Duration => (EndsAt ?? ObservedAt) - StartsAt;

    public override string ToString() => $"{Status} {Cause}: {Message}";
}

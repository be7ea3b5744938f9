namespace NodeManager.Monitoring.Alerts.Incidents;

/// <summary>A firing alert with its incidents.</summary>
/// <param name="group">The nodes that may join.</param>
/// <param name="startsAt">When the cause began.</param>
internal sealed class OpenAlert(string id, string cause, NodeGroup group, DateTimeOffset startsAt, StringMap labels)
{
    public string Id { get; } = id;

    public string Cause { get; } = cause;

    /// <summary>The nodes that may join.</summary>
    public NodeGroup Group { get; } = group;

    public DateTimeOffset StartsAt { get; } = startsAt;

    public StringMap Labels { get; } = labels;

    /// <summary>True for a problem of the monitor itself.</summary>
    public bool IsOwn { get; init; }

    /// <summary>By the node's UID.</summary>
    public Dictionary<string, Incident> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>All nodes that it ever had, by UID.</summary>
    public SortedDictionary<string, string> Affected { get; } = new(StringComparer.Ordinal);

    /// <summary>When the last member's evidence was observed.</summary>
    public DateTimeOffset LastEvidence { get; set; }

    /// <summary>When the last member's cause ended.</summary>
    public DateTimeOffset LastEnd { get; set; }

    /// <summary>The nodes that still fail after its end, because they are too few for it.</summary>
    public IReadOnlyList<string> Remaining { get; set; } = [];

    public int Sequence { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>True for an unreported change.</summary>
    public bool IsDirty { get; set; }

    /// <summary>True while no sink has received it, because of a silence.</summary>
    public bool IsWithheld { get; set; }

    /// <summary>As last reported.</summary>
    public NodeAlert? Reported { get; set; }

    /// <summary>True if several nodes have failed together.</summary>
    public bool IsGroup => Affected.Count > 1 || Cause == NodeAlertCause.NodesFailing;

    /// <summary>
    /// True if an incident of a group belongs to it. A group's alert takes all incidents of the group, however late: two alerts of one cause and group
    /// would have the same labels.
    /// </summary>
    public bool Takes(Incident incident, TimeSpan window) =>
        Cause == incident.Key.Cause
        && Group == incident.Group
        && (IsGroup || Labels.ContainsKey(AlertText.GroupLabel) || (incident.Seen - LastEvidence).Duration() <= window);
}

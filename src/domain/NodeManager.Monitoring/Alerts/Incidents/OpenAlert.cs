namespace NodeManager.Monitoring.Alerts.Incidents;

/// <summary>An alert that is firing, with the incidents that it stands for.</summary>
/// <param name="id">Of the alert.</param>
/// <param name="cause">The cause.</param>
/// <param name="group">Which nodes may join.</param>
/// <param name="startsAt">When the cause began.</param>
/// <param name="labels">See <see cref="AlertText.Labels"/>.</param>
internal sealed class OpenAlert(string id, string cause, NodeGroup group, DateTimeOffset startsAt, StringMap labels)
{
    public string Id { get; } = id;

    public string Cause { get; } = cause;

    /// <summary>Which nodes may join.</summary>
    public NodeGroup Group { get; } = group;

    public DateTimeOffset StartsAt { get; } = startsAt;

    public StringMap Labels { get; } = labels;

    /// <summary>It is about the monitor itself.</summary>
    public bool IsOwn { get; init; }

    /// <summary>By the node's UID.</summary>
    public Dictionary<string, Incident> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>All nodes that it ever had, by UID.</summary>
    public SortedDictionary<string, string> Affected { get; } = new(StringComparer.Ordinal);

    /// <summary>When the evidence of the member that joined last was seen.</summary>
    public DateTimeOffset LastEvidence { get; set; }

    /// <summary>When the last member's cause ended.</summary>
    public DateTimeOffset LastEnd { get; set; }

    public int Sequence { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>A change that was not reported yet.</summary>
    public bool IsDirty { get; set; }

    /// <summary>As last reported.</summary>
    public NodeAlert? Told { get; set; }

    /// <summary>Several nodes have failed together.</summary>
    public bool IsGroup => Affected.Count > 1;

    /// <summary>
    /// Whether an incident belongs to it. The alert of a group takes all of the group, however late: two of one cause and group could not be told
    /// apart by their labels.
    /// </summary>
    public bool Takes(Incident incident, TimeSpan window) =>
        Cause == incident.Key.Cause
        && Group == incident.Group
        && Group.By.Length > 0
        && (IsGroup || Labels.ContainsKey(AlertText.GroupLabel) || (incident.Seen - LastEvidence).Duration() <= window);
}

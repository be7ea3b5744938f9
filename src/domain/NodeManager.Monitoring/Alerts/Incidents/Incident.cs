namespace NodeManager.Monitoring.Alerts.Incidents;

/// <summary>A cause on a node, from its first evidence until its end.</summary>
/// <param name="key">The node's UID and the cause.</param>
/// <param name="seen">When the first evidence was observed.</param>
internal sealed class Incident((string Uid, string Cause) key, NodeGroup group, DateTimeOffset seen)
{
    public (string Uid, string Cause) Key { get; } = key;

    public NodeGroup Group { get; } = group;

    public DateTimeOffset Seen { get; } = seen;

    /// <summary>As last observed.</summary>
    public required NodeFinding Finding { get; set; }

    /// <summary>Null until the debounce is over.</summary>
    public OpenAlert? Alert { get; set; }

    /// <summary>Since when the cause is gone; null while it lasts.</summary>
    public DateTimeOffset? GoneSince { get; set; }

    /// <summary>Overrides that of the options.</summary>
    public TimeSpan? Debounce { get; init; }

    public bool IsFlapping { get; set; }

    /// <summary>When the cause began.</summary>
    public DateTimeOffset Start => Finding.Since is { } since && since < Seen ? since : Seen;
}

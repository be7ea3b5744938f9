namespace NodeManager;

/// <summary>An observation that supports a finding.</summary>
public sealed class NodeEvidence
{
    /// <summary>The checked object: <c>Condition</c>, <c>Lease</c>, <c>Taint</c>, <c>Pod</c>, <c>Event</c>, <c>Version</c> or <c>Node</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its name: the condition's type, the pod as <c>namespace/name</c>, the event's reason.</summary>
    public required string Name { get; init; }

    /// <summary>The observation.</summary>
    public required string Message { get; init; }

    /// <summary>When it was or began, in the cluster's time; null where it is unknown.</summary>
    public DateTimeOffset? At { get; init; }

    public override string ToString() => $"{Kind} {Name}: {Message}";
}

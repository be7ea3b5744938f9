namespace NodeManager;

/// <summary>
/// One of those who had a hand in a pod's leaving when it was asked for by EvictionRequest, as last seen. Source: the Kubernetes API reference,
/// lifecycle.k8s.io/v1alpha1 Eviction (alpha from 1.37 on).
/// </summary>
public sealed class NodeDrainResponder
{
    /// <summary>A domain-prefixed key; the server's own is <c>imperative-eviction.k8s.io/evictor</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Higher ones come first.</summary>
    public int? Priority { get; init; }

    /// <summary><c>Inactive</c>, <c>Active</c>, <c>Interrupted</c>, <c>Canceled</c> or <c>Completed</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Its last message; can be empty.</summary>
    public string Message { get; init; } = "";

    /// <summary>When its turn came; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was last heard of.</summary>
    public DateTimeOffset? HeartbeatAt { get; init; }

    /// <summary>When it expects to be done.</summary>
    public DateTimeOffset? ExpectedAt { get; init; }

    /// <summary>When it said that it was done.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>For example <c>acme.io/mover: Completed (moved to node-2)</c>.</summary>
    public override string ToString() => $"{Name}: {State}{(Message.Length == 0 ? "" : $" ({Message})")}";
}

namespace NodeManager;

/// <summary>
/// A silence of alerts, created by New-NodeAlertSilence and stored in the cluster. While it covers an alert, no monitor sends the alert to its
/// sinks. The alert stays listed.
/// </summary>
public sealed class NodeAlertSilence : ClusterObject
{
    /// <summary>Identifies the silence. The same alerts have the same id.</summary>
    public required string Id { get; init; }

    /// <summary>Names and wildcards: an alert is covered if all its nodes match. Empty: all nodes.</summary>
    public ItemList<string> Nodes { get; init; } = ItemList<string>.Empty;

    /// <summary>Causes and wildcards. Empty: all causes.</summary>
    public ItemList<string> Causes { get; init; } = ItemList<string>.Empty;

    /// <summary>Further labels that the alert must have, such as the group of nodes that failed together.</summary>
    public StringMap Labels { get; init; } = StringMap.Empty;

    /// <summary>True for an acknowledgement: alerts that begin later are not covered.</summary>
    public bool UntilResolved { get; init; }

    /// <summary>When it begins, in the cluster's time.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>When it ends, in the cluster's time.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>Who created it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Why it was created.</summary>
    public required string Reason { get; init; }

    public override string ToString() => $"{Id}: {Reason}";
}

namespace NodeManager;

/// <summary>The findings of Test-NodeHealth about a node.</summary>
public sealed class NodeHealth : ClusterObject
{
    /// <summary>The node's name.</summary>
    public required string Name { get; init; }

    /// <summary>The node's UID.</summary>
    public string Uid { get; init; } = "";

    /// <summary><c>Healthy</c>, or the severity of the worst finding.</summary>
    public string Status => Findings.Count == 0 ? Healthy : Findings[0].Severity;

    /// <summary>When the worst finding began, in the cluster's time; null for a healthy node, and where it is unknown.</summary>
    public DateTimeOffset? Since => Findings.Count == 0 ? null : Findings[0].Since;

    /// <summary>How long the worst finding has lasted; null where <see cref="Since"/> is.</summary>
    public TimeSpan? Duration => ObservedAt - Since;

    /// <summary>True when no finding is critical or a warning.</summary>
    public bool IsHealthy => !Findings.Any(static one => one.Severity != NodeFindingSeverity.Information);

    /// <summary>When the cluster was evaluated, in cluster time.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    /// <summary>The findings, the worst first.</summary>
    public ItemList<NodeFinding> Findings { get; init; } = ItemList<NodeFinding>.Empty;

    /// <summary>The status of a node without findings.</summary>
    public const string Healthy = "Healthy";

    public override string ToString() => $"{Name}: {Status}";
}

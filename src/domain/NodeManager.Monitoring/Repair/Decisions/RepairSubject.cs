using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Monitoring.Repair.Decisions;

/// <summary>A selected node, and what a repair knows of it.</summary>
/// <param name="Node">As it is.</param>
/// <param name="Findings">On it.</param>
internal sealed record RepairSubject(Node Node, IReadOnlyList<NodeFinding> Findings)
{
    /// <summary>The prefix of the ids of repairs, which distinguishes them from maintenances.</summary>
    public const string RunPrefix = "repair-";

    /// <summary>The run that asks.</summary>
    public string Run { get; init; } = "";

    /// <summary>False for a node that is only counted.</summary>
    public bool IsCandidate { get; init; } = true;

    /// <summary>The UID that the caller meant; empty: any.</summary>
    public string WantedUid { get; init; } = "";

    /// <summary>True if another node has registered under the name of the one that the caller meant.</summary>
    public bool IsReplaced => WantedUid.Length > 0 && WantedUid != Node.Metadata.Uid;

    /// <summary>When the finding was first seen, where it does not say since when it is there.</summary>
    public DateTimeOffset? SeenSince { get; init; }

    /// <summary>When its last repair ended well; null: never.</summary>
    public DateTimeOffset? RepairedAt { get; init; }

    /// <summary>Until when it is left alone as its last repair failed; null: it did not, or the node was healthy since.</summary>
    public DateTimeOffset? FailedUntil { get; init; }

    /// <summary>The run of another living repair that was seen to have it; empty: none.</summary>
    public string HeldBy { get; init; } = "";

    public string Name => Node.Metadata.Name;

    public MaintenanceClaim? Claim => MaintenanceClaim.Read(Node.Metadata.Annotations?.GetValueOrDefault(MaintenanceClaim.Key));

    /// <summary>When a node that recovered did so; null for one that was ready from its beginning.</summary>
    public DateTimeOffset? RecoveredAt =>
        Node.Status.Conditions.Find("Ready") is { Status: "True", LastTransitionTime: { } at }
        && at - Node.Metadata.CreationTimestamp > Startup
            ? at
            : null;

    // A node that became ready this soon after its creation has started, not recovered.
    private static TimeSpan Startup => TimeSpan.FromMinutes(10);

    public bool IsControlPlane => Node.IsControlPlane();
}

using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Monitoring.Repair.Decisions;

/// <summary>A selected node with its repair history.</summary>
internal sealed record RepairSubject(Node Node, IReadOnlyList<NodeFinding> Findings)
{
    /// <summary>The prefix of the ids of repairs, which distinguishes them from maintenance runs.</summary>
    public const string RunPrefix = "repair-";

    /// <summary>The run of this repair.</summary>
    public string Run { get; init; } = "";

    /// <summary>False for a node that is only counted.</summary>
    public bool IsCandidate { get; init; } = true;

    /// <summary>True while a repair of this run works on it or holds it: no other starts with it.</summary>
    public bool HasRepair { get; init; }

    /// <summary>The expected UID; empty: any.</summary>
    public string ExpectedUid { get; init; } = "";

    /// <summary>True if another node has registered under the name.</summary>
    public bool IsReplaced => ExpectedUid.Length > 0 && ExpectedUid != Node.Metadata.Uid;

    /// <summary>The clock of the API server minus ours, which the caller judges by: the times of conditions are the server's.</summary>
    public TimeSpan ClockOffset { get; init; }

    /// <summary>When the finding was first observed, if it has no start time.</summary>
    public DateTimeOffset? SeenSince { get; init; }

    /// <summary>When its last repair succeeded; null: never.</summary>
    public DateTimeOffset? RepairedAt { get; init; }

    /// <summary>The end of the pause after a failed repair; null: none, or the node was healthy since.</summary>
    public DateTimeOffset? FailedUntil { get; init; }

    /// <summary>The run of another live repair on the node; empty: none.</summary>
    public string HeldBy { get; init; } = "";

    public string Name => Node.Metadata.Name;

    public MaintenanceClaim? Claim => MaintenanceClaim.Read(Node.Metadata.Annotations?.GetValueOrDefault(MaintenanceClaim.Key));

    /// <summary>When the node last recovered; null for one that was ready from its start.</summary>
    public DateTimeOffset? RecoveredAt =>
        Node.Status.Conditions.Find("Ready") is { Status: "True", LastTransitionTime: { } at }
        && at - Node.Metadata.CreationTimestamp > Startup
            ? at - ClockOffset
            : null;

    /// <summary>The start time of a finding by our clock; null without one.</summary>
    public DateTimeOffset? SinceOf(NodeFinding finding) =>
        finding.Evidence.Any(one => one.Kind == "Lease" && one.At == finding.Since)
            // A renewal of a Lease is observed by our clock.
            ? finding.Since
            : finding.Since - ClockOffset;

    // A node that became ready this soon after its creation has started, not recovered.
    private static TimeSpan Startup => TimeSpan.FromMinutes(10);

    public bool IsControlPlane => Node.IsControlPlane();
}

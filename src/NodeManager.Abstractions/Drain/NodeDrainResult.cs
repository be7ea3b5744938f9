namespace NodeManager;

/// <summary>How the drain of one node ended.</summary>
public sealed class NodeDrainResult : ClusterObject
{
    public required string Node { get; init; }

    public string NodeUid { get; init; } = "";

    /// <summary><c>Drained</c>, <c>Blocked</c>, <c>TimedOut</c>, <c>Cancelled</c> or <c>Failed</c>; see <see cref="NodeDrainStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Of a drain that was cancelled: why, see <see cref="NodeDrainCancelReason"/>; else empty.</summary>
    public string CancelReason { get; init; } = "";

    public ItemList<NodeDrainPod> Pods { get; init; } = ItemList<NodeDrainPod>.Empty;

    public ItemList<NodeDrainBlocker> Blockers { get; init; } = ItemList<NodeDrainBlocker>.Empty;

    public ItemList<string> Warnings { get; init; } = ItemList<string>.Empty;

    /// <summary>Pods evicted, deleted or replaced that are gone.</summary>
    public int Evicted => Pods.Count(p => p.Outcome is DrainPodOutcome.Evicted or DrainPodOutcome.Deleted or DrainPodOutcome.Replaced);

    public int Skipped => Pods.Count(p => p.Outcome == DrainPodOutcome.Skipped);

    /// <summary>Pods that the drain skipped because <c>-PodSelector</c> does not select them, apart from those that every drain skips.</summary>
    public int Unselected { get; init; }

    /// <summary>Pods that had to be evicted and are still there.</summary>
    public int Remaining =>
        Pods.Count(p =>
            p.Outcome
                is DrainPodOutcome.Terminating
                    or DrainPodOutcome.Blocked
                    or DrainPodOutcome.Refused
                    or DrainPodOutcome.Failed
                    or DrainPodOutcome.NotAttempted
        );

    /// <summary>Pods that were force-deleted.</summary>
    public int Forced => Pods.Count(p => p.Forced.Count > 0);

    /// <summary>True when the node is cordoned now.</summary>
    public bool Cordoned { get; init; }

    /// <summary>The user and machine of the drain: <c>user@machine</c>.</summary>
    public string By { get; init; } = "";

    /// <summary>Why, as it was given; may be empty.</summary>
    public string Reason { get; init; } = "";

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset EndedAt => StartedAt + Duration;

    public TimeSpan Duration { get; init; }

    /// <summary>The steps with their times, in the order in which they began.</summary>
    public ItemList<NodeDrainStep> Timeline { get; init; } = ItemList<NodeDrainStep>.Empty;

    /// <summary>The result for the pods and their blockers, without the state of the node.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The summary, the state in which the node was left, and how to continue.</summary>
    public string Message { get; init; } = "";

    public override string ToString() => $"{Node}: {Status}";
}

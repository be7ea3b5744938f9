namespace NodeManager.Autoscaling.Host;

/// <summary>The state of an autoscaler of this process, for probes and metrics.</summary>
public sealed record AutoscalerActivity
{
    /// <summary>Unique.</summary>
    public required string Identity { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The time of this state.</summary>
    public required DateTimeOffset ObservedAt { get; init; }

    /// <summary>True if it holds the Lease, and acts.</summary>
    public bool IsLeader { get; init; }

    /// <summary>True if the leader is known: itself, or another. False if the Lease cannot be read or renewed.</summary>
    public bool KnowsLeader { get; init; }

    /// <summary>Since when it acts; null if it does not.</summary>
    public DateTimeOffset? LeaderSince { get; init; }

    /// <summary>Queued, processed and delayed objects.</summary>
    public (int Waiting, int Working, int Delayed) Queue { get; init; }

    /// <summary>The number of plans since the start, their total duration, and the time of the last.</summary>
    public (long Count, TimeSpan Time, DateTimeOffset? Last) Plans { get; init; }

    /// <summary>
    /// When it last checked whether a plan is due; null before the first check. Without changes in the cluster no plan is due.
    /// </summary>
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>The number of decisions since the start, by kind.</summary>
    public IReadOnlyDictionary<string, long> Decisions { get; init; } = new Dictionary<string, long>();

    /// <summary>Failed attempts that are retried.</summary>
    public long Failures { get; init; }

    /// <summary>Machines since the start that did not take the pods that they were created for, by pool.</summary>
    public IReadOnlyDictionary<string, long> Contradictions { get; init; } = new Dictionary<string, long>();

    /// <summary>Pending pods by the last plan's decision; of the leader only.</summary>
    public IReadOnlyDictionary<string, int> Pods { get; init; } = new Dictionary<string, int>();

    /// <summary>Empty except for the leader.</summary>
    public IReadOnlyList<AutoscalerPoolActivity> Pools { get; init; } = [];

    /// <summary>
    /// False for a leader that has not checked for a due plan for so long that it must be stuck: it checks every minute or more often.
    /// </summary>
    public bool IsAlive(TimeSpan longest) =>
        LeaderSince is not { } since || ObservedAt - (CheckedAt is { } last && last > since ? last : since) <= longest;
}

/// <summary>A pool as in its status.</summary>
public sealed record AutoscalerPoolActivity(string Name, int Nodes, int ReadyNodes, int Claims, int MinNodes, int MaxNodes);

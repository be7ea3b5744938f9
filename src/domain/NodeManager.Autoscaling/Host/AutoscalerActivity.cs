namespace NodeManager.Autoscaling.Host;

/// <summary>What an autoscaler of this process is doing, for probes and metrics.</summary>
public sealed record AutoscalerActivity
{
    /// <summary>No other has the same.</summary>
    public required string Identity { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was looked at.</summary>
    public required DateTimeOffset ObservedAt { get; init; }

    /// <summary>It holds the lease, and acts.</summary>
    public bool IsLeader { get; init; }

    /// <summary>It knows who leads: itself, or another. False where the lease cannot be read or renewed.</summary>
    public bool KnowsLeader { get; init; }

    /// <summary>Since when it acts; null where it does not.</summary>
    public DateTimeOffset? LeaderSince { get; init; }

    /// <summary>Objects that wait to be worked on, are worked on, and come again later.</summary>
    public (int Waiting, int Working, int Delayed) Queue { get; init; }

    /// <summary>Plans since the start, how long they took in all, and when the last was made.</summary>
    public (long Count, TimeSpan Time, DateTimeOffset? Last) Plans { get; init; }

    /// <summary>When it last found out whether a plan is due; null before the first time. In a cluster where nothing changes no plan is.</summary>
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Decisions that were noted since the start, by what was decided.</summary>
    public IReadOnlyDictionary<string, long> Decisions { get; init; } = new Dictionary<string, long>();

    /// <summary>Attempts that ended with an error and are repeated.</summary>
    public long Failures { get; init; }

    /// <summary>Machines since the start that did not take the pods that they were created for, by pool.</summary>
    public IReadOnlyDictionary<string, long> Contradictions { get; init; } = new Dictionary<string, long>();

    /// <summary>Pods without a node by what the last plan decides of them; of the leader only.</summary>
    public IReadOnlyDictionary<string, int> Pods { get; init; } = new Dictionary<string, int>();

    /// <summary>Of the leader only.</summary>
    public IReadOnlyList<AutoscalerPoolActivity> Pools { get; init; } = [];

    /// <summary>False where it leads and has not looked whether a plan is due for so long that it must be stuck: it looks every minute, and more often.</summary>
    public bool IsAlive(TimeSpan longest) =>
        LeaderSince is not { } since || ObservedAt - (CheckedAt is { } last && last > since ? last : since) <= longest;
}

/// <summary>A pool as its status has it.</summary>
public sealed record AutoscalerPoolActivity(string Name, int Nodes, int ReadyNodes, int Claims, int MinNodes, int MaxNodes);

namespace NodeManager.NodePools.Updates.Decisions;

/// <summary>A machine that an update replaces.</summary>
/// <param name="Claim">The UID of its claim.</param>
/// <param name="Status">A <see cref="NodePoolUpdateNodeStatus"/>.</param>
/// <param name="HasNode">A node is registered for it.</param>
/// <param name="IsReady">The node is Ready.</param>
/// <param name="Attempts">How often its drain was begun since the update was begun or resumed.</param>
/// <param name="IsBusy">Another operation works on the node: it is not drained until that has ended.</param>
internal sealed record OldMachine(string Claim, string Status, bool HasNode, bool IsReady, int Attempts = 0, bool IsBusy = false)
{
    /// <summary>When a node that is in use is checked again although nothing has changed: its lock may be dead.</summary>
    public static readonly TimeSpan BusyRecheck = TimeSpan.FromSeconds(10);

    /// <summary>Its drain waits for another operation.</summary>
    public bool WaitsForLock =>
        IsBusy
        && (
            Status == NodePoolUpdateNodeStatus.Pending || (Status == NodePoolUpdateNodeStatus.Skipped && Attempts < RollRules.MostAttempts)
        );

    /// <summary>It runs pods that count.</summary>
    public bool Serves => IsReady && Status is (NodePoolUpdateNodeStatus.Pending or NodePoolUpdateNodeStatus.Skipped);

    /// <summary>Its machine is there.</summary>
    public bool Exists => Status != NodePoolUpdateNodeStatus.Removed;
}

/// <summary>A machine that stays.</summary>
/// <param name="Claim">The UID of its claim.</param>
/// <param name="ReadySince">Since when its node has been Ready; null: it is not.</param>
/// <param name="HasFailed">No machine could be made for it.</param>
/// <param name="IsLeaving">It is being deleted, by another hand.</param>
internal sealed record NewMachine(string Claim, DateTimeOffset? ReadySince, bool HasFailed = false, bool IsLeaving = false);

/// <summary>All that the next step of an update rests on.</summary>
internal sealed record RollView
{
    public required DateTimeOffset Now { get; init; }

    public required int Desired { get; init; }

    public required SurgeLimit Limit { get; init; }

    /// <summary>Machines that the pool's limits leave room for; null: any number.</summary>
    public int? Room { get; init; }

    /// <summary>In the order in which they leave.</summary>
    public required IReadOnlyList<OldMachine> Old { get; init; }

    public required IReadOnlyList<NewMachine> New { get; init; }

    public bool IsPaused { get; init; }

    /// <summary>All new nodes before the first eviction; drained ones are kept until the end.</summary>
    public bool IsBlueGreen { get; init; }

    /// <summary>Pods have been evicted, or may have been.</summary>
    public bool HasBegun { get; init; }

    public TimeSpan Soak { get; init; }

    public TimeSpan KeepOld { get; init; }

    /// <summary>When the last of the old nodes was drained.</summary>
    public DateTimeOffset? DrainedAt { get; init; }
}

/// <summary>What to do now. All that is empty or zero: wait.</summary>
/// <param name="Create">So many claims.</param>
/// <param name="Cordon">All old nodes, before the drains of this step.</param>
/// <param name="Drain">Claims whose nodes are to be drained.</param>
/// <param name="Remove">Claims to delete.</param>
/// <param name="IsOver">Nothing is left that could be done.</param>
/// <param name="WaitsFor">In words; empty: it does not wait.</param>
/// <param name="Until">When to look again although nothing has changed.</param>
internal sealed record RollStep(
    int Create,
    bool Cordon,
    IReadOnlyList<string> Drain,
    IReadOnlyList<string> Remove,
    bool IsOver,
    string WaitsFor,
    DateTimeOffset? Until
);

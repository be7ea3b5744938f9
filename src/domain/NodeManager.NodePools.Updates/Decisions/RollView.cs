namespace NodeManager.NodePools.Updates.Decisions;

/// <summary>A machine that an update replaces.</summary>
/// <param name="Claim">The UID of its claim.</param>
/// <param name="Status">A <see cref="NodePoolUpdateNodeStatus"/>.</param>
/// <param name="HasNode">True if a node is registered for it.</param>
/// <param name="Attempts">The number of drain attempts since the update was started or resumed.</param>
/// <param name="IsBusy">True if another operation has locked the node: it is not drained until that has ended.</param>
internal sealed record OldMachine(string Claim, string Status, bool HasNode, bool IsReady, int Attempts = 0, bool IsBusy = false)
{
    /// <summary>The recheck interval of a locked node: its lock may have expired.</summary>
    public static readonly TimeSpan BusyRecheck = TimeSpan.FromSeconds(10);

    public bool WaitsForLock =>
        IsBusy
        && (
            Status == NodePoolUpdateNodeStatus.Pending
            || (Status == NodePoolUpdateNodeStatus.Skipped && Attempts < RollRules.MaximumAttempts)
        );

    /// <summary>True if it runs pods that count.</summary>
    public bool Serves => IsReady && Status is (NodePoolUpdateNodeStatus.Pending or NodePoolUpdateNodeStatus.Skipped);

    public bool Exists => Status != NodePoolUpdateNodeStatus.Removed;
}

/// <summary>A machine that the update keeps.</summary>
/// <param name="Claim">The UID of its claim.</param>
/// <param name="ReadySince">Since when its node is Ready; null: it is not.</param>
/// <param name="HasFailed">True if the machine could not be created.</param>
/// <param name="IsLeaving">True if another client is deleting it.</param>
internal sealed record NewMachine(string Claim, DateTimeOffset? ReadySince, bool HasFailed = false, bool IsLeaving = false);

/// <summary>The input of the next step.</summary>
internal sealed record RollView
{
    public required DateTimeOffset Now { get; init; }

    public required int Desired { get; init; }

    public required SurgeLimit Limit { get; init; }

    /// <summary>Machines that the pool's limits allow; null: any number.</summary>
    public int? Room { get; init; }

    /// <summary>In their drain order.</summary>
    public required IReadOnlyList<OldMachine> Old { get; init; }

    public required IReadOnlyList<NewMachine> New { get; init; }

    public bool IsPaused { get; init; }

    /// <summary>True: all new nodes come before the first eviction, and drained ones are kept until the end.</summary>
    public bool IsBlueGreen { get; init; }

    /// <summary>True once pods have been or may have been evicted.</summary>
    public bool HasBegun { get; init; }

    public TimeSpan Soak { get; init; }

    public TimeSpan KeepOld { get; init; }

    /// <summary>When the last of the old nodes was drained.</summary>
    public DateTimeOffset? DrainedAt { get; init; }
}

/// <summary>The next step; empty: wait.</summary>
/// <param name="Create">The number of claims to create.</param>
/// <param name="Cordon">Cordon all old nodes, before the drains of this step.</param>
/// <param name="Drain">Claims whose nodes to drain.</param>
/// <param name="Remove">Claims to delete.</param>
/// <param name="IsOver">True if nothing remains to be done.</param>
/// <param name="WaitsFor">The reason for a wait; empty: none.</param>
/// <param name="Until">The time of the next check without a change.</param>
internal sealed record RollStep(
    int Create,
    bool Cordon,
    IReadOnlyList<string> Drain,
    IReadOnlyList<string> Remove,
    bool IsOver,
    string WaitsFor,
    DateTimeOffset? Until
);

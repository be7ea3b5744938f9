using System.Globalization;

namespace NodeManager.NodePools.Updates.Decisions;

/// <summary>The input of the next step of an update by a second pool.</summary>
internal sealed record SecondPoolView
{
    public required DateTimeOffset Now { get; init; }

    public required bool HasSecond { get; init; }

    /// <summary>True if the service reports the second pool as ready.</summary>
    public bool IsSecondReady { get; init; }

    public int DesiredNodes { get; init; }

    /// <summary>For each node of the second pool: since when it is Ready; null: it is not.</summary>
    public IReadOnlyList<DateTimeOffset?> New { get; init; } = [];

    /// <summary>The nodes to drain: of the first pool; for a rollback of the second.</summary>
    public required IReadOnlyList<OldMachine> Old { get; init; }

    public bool IsPaused { get; init; }

    /// <summary>True for a rollback to the first pool.</summary>
    public bool IsBack { get; init; }

    /// <summary>True once pods have been or may have been evicted.</summary>
    public bool HasBegun { get; init; }

    /// <summary>True once the deletion of the drained pool was requested.</summary>
    public bool IsRemoving { get; init; }

    /// <summary>True if the service no longer has the drained pool.</summary>
    public bool IsGone { get; init; }

    public TimeSpan Soak { get; init; }

    public TimeSpan KeepOld { get; init; }

    public DateTimeOffset? DrainedAt { get; init; }
}

/// <summary>The next step; empty or false: wait.</summary>
/// <param name="Create">Create the second pool.</param>
/// <param name="Drain">Nodes to drain, after all nodes to drain are cordoned.</param>
/// <param name="Delete">Delete the drained pool.</param>
/// <param name="IsOver">True if nothing remains to be done.</param>
/// <param name="WaitsFor">The reason for a wait; empty: none.</param>
/// <param name="Until">The time of the next check without a change.</param>
internal sealed record SecondPoolStep(
    bool Create,
    IReadOnlyList<string> Drain,
    bool Delete,
    bool IsOver,
    string WaitsFor,
    DateTimeOffset? Until = null
)
{
    public bool Acts => Create || Drain.Count > 0 || Delete;

    public static SecondPoolStep Wait(string why, DateTimeOffset? until = null) => new(false, [], false, false, why, until);
}

/// <summary>
/// Decides the next step of an update by a second pool from the observed state only: all new nodes first, then the old ones are cordoned
/// together and drained, then their pool is deleted. A service chooses the nodes that it removes, so a pool with a node that cannot be
/// drained stays.
/// </summary>
internal static class SecondPoolRules
{
    public static SecondPoolStep Next(SecondPoolView view)
    {
        if (view.IsPaused)
            return SecondPoolStep.Wait("Resume-NodePoolUpdate");
        if (view is { IsBack: false, HasSecond: false })
            return new(true, [], false, false, "");
        if (view is { IsBack: false, HasBegun: false } && Unripe(view) is { } unripe)
            return unripe;
        if (view.IsRemoving)
            return Removing(view);
        List<string> pending =
        [
            .. view
                .Old.Where(static one => one is { Status: NodePoolUpdateNodeStatus.Pending, IsBusy: false })
                .Select(static one => one.Claim),
        ];
        if (pending.Count > 0)
            return new(false, pending, false, false, "");
        if (view.Old.Count(static one => one.Status == NodePoolUpdateNodeStatus.Draining) is > 0 and var draining)
            return SecondPoolStep.Wait(Count(draining, "node", "to be drained"));
        List<OldMachine> skipped = [.. view.Old.Where(static one => one.Status == NodePoolUpdateNodeStatus.Skipped)];
        string[] repeated =
        [
            .. skipped.Where(static one => one is { Attempts: < RollRules.MaximumAttempts, IsBusy: false }).Select(static one => one.Claim),
        ];
        if (repeated.Length > 0)
            return new(false, repeated, false, false, "");
        if (view.Old.Count(static one => one.WaitsForLock) is > 0 and var busy)
            return SecondPoolStep.Wait($"{Count(busy, "node", "in use by another operation")}", view.Now + OldMachine.BusyRecheck);
        if (skipped.Count > 0)
            return new(false, [], false, true, "");
        DateTimeOffset kept = view.DrainedAt is { } at && !view.IsBack ? at + view.KeepOld : view.Now;
        return kept > view.Now
            ? SecondPoolStep.Wait($"the end of the time that drained nodes are kept, {Time(kept)}", kept)
            : new(false, [], true, false, "");
    }

    // Null: the new nodes exist and have soaked.
    private static SecondPoolStep? Unripe(SecondPoolView view)
    {
        int ready = view.New.Count(static one => one is not null);
        if (ready < view.DesiredNodes)
            return SecondPoolStep.Wait(
                string.Create(CultureInfo.InvariantCulture, $"{view.DesiredNodes - ready} of {view.DesiredNodes} new nodes to be Ready")
            );
        if (!view.IsSecondReady)
            return SecondPoolStep.Wait("the service to report the second pool as Ready");
        // With more nodes than desired, those that have been Ready longest count.
        DateTimeOffset ripe =
            view.DesiredNodes == 0 ? view.Now : view.New.OfType<DateTimeOffset>().Order().ElementAt(view.DesiredNodes - 1) + view.Soak;
        return ripe > view.Now ? SecondPoolStep.Wait($"new nodes to stay Ready until {Time(ripe)}", ripe) : null;
    }

    private static SecondPoolStep Removing(SecondPoolView view)
    {
        if (!view.IsGone)
            return new(false, [], true, false, "the service to delete the pool");
        int there = view.Old.Count(static one => one.Exists);
        return there > 0 ? SecondPoolStep.Wait(Count(there, "machine", "to be destroyed")) : new(false, [], false, true, "");
    }

    private static string Count(int count, string what, string why) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")} {why}");

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

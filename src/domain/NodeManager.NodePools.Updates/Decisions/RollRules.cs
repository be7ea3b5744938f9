namespace NodeManager.NodePools.Updates.Decisions;

/// <summary>
/// Decides the next step of an update from the observed state only, so that any process that resumes it decides the same. New machines
/// first, up to the surge; an old node is drained when a new one has replaced it.
/// </summary>
internal static class RollRules
{
    /// <summary>The number of drain attempts for a node before the update ends without it.</summary>
    public const int MaximumAttempts = 2;

    public static RollStep Next(RollView view)
    {
        if (view.IsPaused)
            return new(0, false, [], [], false, "Resume-NodePoolUpdate", null);
        List<NewMachine> alive = [.. view.New.Where(static one => one is { HasFailed: false, IsLeaving: false })];
        List<NewMachine> ripe = [.. alive.Where(one => one.ReadySince + view.Soak <= view.Now)];
        int create = Missing(view, alive.Count),
            inFlight = alive.Count(static one => one.ReadySince is null);
        DateTimeOffset? until = alive
            .Where(one => one.ReadySince is not null && !ripe.Contains(one))
            .Select(one => one.ReadySince + view.Soak)
            .Min();
        bool mayBegin = MayBegin(view, alive.Count, ripe.Count, inFlight, create);
        List<string> drain = mayBegin ? Drainable(view, ripe.Count) : [];
        // A new machine that is starting or soaking may still allow a drain.
        if (drain.Count == 0 && mayBegin && inFlight + create == 0 && until is null)
            drain = Retryable(view, ripe.Count);
        (IReadOnlyList<string> remove, DateTimeOffset? kept) = Removable(view, drain.Count > 0);
        if (kept is not null && (until is null || kept < until))
            until = kept;
        // With a surge, evicted pods must not move to another old node; without one they have nowhere else to go.
        bool cordon = drain.Count > 0 && (view.Limit.Surge > 0 || view.IsBlueGreen);
        DateTimeOffset? recheck = view.Old.Any(static one => one.WaitsForLock) ? view.Now + OldMachine.BusyRecheck : null;
        bool isOver =
            recheck is null
            && create + inFlight + drain.Count + remove.Count == 0
            && until is null
            && !view.Old.Any(static one =>
                one.Exists && one.Status is not NodePoolUpdateNodeStatus.Skipped and not NodePoolUpdateNodeStatus.Pending
            )
            && (!view.Old.Any(static one => one.Status == NodePoolUpdateNodeStatus.Pending) || IsStuck(view))
            && (alive.Count >= view.Desired || view.Old.Any(static one => one.Status == NodePoolUpdateNodeStatus.Skipped));
        return new(
            create,
            cordon,
            drain,
            remove,
            isOver,
            isOver || drain.Count + remove.Count + create > 0 ? "" : TextOf(view, inFlight, alive.Count, ripe.Count, until),
            recheck < until || until is null ? recheck ?? until : until
        );
    }

    private static int Missing(RollView view, int alive)
    {
        int there = view.Old.Count(static one => one.Exists) + view.New.Count;
        int maximum = view.Desired + (view.IsBlueGreen ? view.Desired : view.Limit.Surge) - there;
        return Math.Max(0, Math.Min(Math.Min(view.Desired - alive, maximum), view.Room ?? int.MaxValue));
    }

    // New nodes are Ready before the first eviction, all of them for blue-green.
    private static bool MayBegin(RollView view, int alive, int ripe, int inFlight, int create) =>
        view.IsBlueGreen && !view.HasBegun
            ? alive >= view.Desired && ripe == alive
            : view.HasBegun
                || view.Limit.Surge == 0
                || (ripe > 0 && inFlight == 0 && create == 0 && ripe == alive)
                || alive >= view.Desired && ripe == alive;

    // Nodes that are not Ready first, because none of their pods counts. Of the others as many as new nodes have replaced.
    private static List<string> Drainable(RollView view, int ripe)
    {
        List<OldMachine> open = [.. view.Old.Where(static one => one is { Status: NodePoolUpdateNodeStatus.Pending, IsBusy: false })];
        int spare = Spare(view, ripe);
        return
        [
            .. open.Where(static one => !one.Serves)
                .Concat(open.Where(static one => one.Serves).Take(spare))
                .Select(static one => one.Claim),
        ];
    }

    // Failed drains are retried when all others are done.
    private static List<string> Retryable(RollView view, int ripe)
    {
        if (
            view.Old.Any(static one =>
                one.Status is NodePoolUpdateNodeStatus.Pending or NodePoolUpdateNodeStatus.Draining or NodePoolUpdateNodeStatus.Removing
            )
        )
            return [];
        return
        [
            .. view
                .Old.Where(static one => one is { Status: NodePoolUpdateNodeStatus.Skipped, Attempts: < MaximumAttempts, IsBusy: false })
                .Take(Math.Max(0, Spare(view, ripe)))
                .Select(static one => one.Claim),
        ];
    }

    private static int Spare(RollView view, int ripe) =>
        Math.Max(0, view.Old.Count(static one => one.Serves) + ripe - (view.Desired - view.Limit.Unavailable));

    private static (IReadOnlyList<string> Remove, DateTimeOffset? Kept) Removable(RollView view, bool isDraining)
    {
        List<string> drained =
        [
            .. view.Old.Where(static one => one.Status == NodePoolUpdateNodeStatus.Drained).Select(static one => one.Claim),
        ];
        if (drained.Count == 0 || !view.IsBlueGreen)
            return (drained, null);
        if (isDraining || view.Old.Any(static one => one.Status is NodePoolUpdateNodeStatus.Pending or NodePoolUpdateNodeStatus.Draining))
            return ([], null);
        DateTimeOffset kept = (view.DrainedAt ?? view.Now) + view.KeepOld;
        return kept <= view.Now ? (drained, null) : ([], kept);
    }

    // Skipped nodes keep their machines, and with them the surge: the remaining pods find no place.
    private static bool IsStuck(RollView view) =>
        view.Old.Any(static one => one.Status == NodePoolUpdateNodeStatus.Skipped)
        && view.Old.Where(static one => one.Status == NodePoolUpdateNodeStatus.Skipped).All(static one => one.Attempts >= MaximumAttempts);

    private static string TextOf(RollView view, int inFlight, int alive, int ripe, DateTimeOffset? until)
    {
        int draining = view.Old.Count(static one => one.Status == NodePoolUpdateNodeStatus.Draining),
            removing = view.Old.Count(static one => one.Status == NodePoolUpdateNodeStatus.Removing);
        int busy = view.Old.Count(static one => one.WaitsForLock);
        List<string> waits = [];
        if (draining > 0)
            waits.Add($"{draining} to be drained");
        if (inFlight > 0)
            waits.Add($"{inFlight} new to be Ready");
        if (removing > 0)
            waits.Add($"{removing} machines to be destroyed");
        if (busy > 0)
            waits.Add($"{busy} in use by another operation");
        if (until is { } at && ripe < alive)
            waits.Add($"new nodes to stay Ready until {at.UtcDateTime:HH:mm:ss} UTC");
        else if (until is { } kept)
            waits.Add($"drained nodes are kept until {kept.UtcDateTime:HH:mm:ss} UTC");
        if (waits.Count == 0)
            waits.Add(alive < view.Desired && view.Room == 0 ? "room in the pool's limits" : "nodes of the pool to be Ready");
        return string.Join(", ", waits);
    }
}

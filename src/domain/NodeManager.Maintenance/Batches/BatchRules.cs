using NodeManager.Core.Progress;

namespace NodeManager.Maintenance.Batches;

/// <summary>Chooses the batches of nodes.</summary>
public static class BatchRules
{
    // Limits the checks in a large fleet: a batch may stay smaller than allowed.
    private const int MaximumRefusals = 64;

    /// <summary>
    /// The next batch. Interrupted batches come first, each as it was chosen. Nodes share a batch only if their pods fit on the other nodes. In this order: cordoned nodes, other Ready nodes,
    /// nodes with pods that fit on no other node, nodes that cannot be drained because of that, nodes that are not Ready (the least likely
    /// to recover), the control plane.
    /// </summary>
    /// <param name="candidates">All existing nodes of the run, in their order.</param>
    /// <param name="limit">How many may be out of service, see <see cref="MaintenanceCandidate.CountsAsUnavailable"/>.</param>
    /// <param name="unreadyControlPlane">Control-plane nodes of the whole cluster that are not Ready.</param>
    /// <param name="room">Where pods fit; null if unknown: then any nodes may share a batch.</param>
    public static BatchChoice Next(
        IReadOnlyList<MaintenanceCandidate> candidates,
        int limit,
        IReadOnlyCollection<string> unreadyControlPlane,
        FleetRoom? room = null
    )
    {
        if (candidates.Any(c => c.InterruptedBatch > 0))
            return NextInterrupted(candidates, unreadyControlPlane);
        List<MaintenanceCandidate> workers = [.. candidates.Where(c => c is { IsPending: true, IsControlPlane: false })];
        // Workers first: a problem with them does not affect the control plane.
        return workers.Exists(c => !c.GoesAlone) ? NextOf(workers.FindAll(c => !c.GoesAlone), candidates, limit, room)
            : workers.Count > 0 ? NextOf([workers[0]], candidates, limit, room)
            : NextControlPlane(candidates, limit, unreadyControlPlane);
    }

    /// <summary>All batches, if every node recovers.</summary>
    public static IReadOnlyList<IReadOnlyList<MaintenanceCandidate>> All(
        IReadOnlyList<MaintenanceCandidate> candidates,
        int limit,
        FleetRoom? room = null
    )
    {
        List<IReadOnlyList<MaintenanceCandidate>> batches = [];
        List<MaintenanceCandidate> remaining = [.. candidates];
        while (remaining.Exists(c => c.IsPending))
        {
            BatchChoice next = Next(remaining, limit, [], room);
            // A current obstacle may be gone by then, so these nodes get a late turn.
            IReadOnlyList<MaintenanceCandidate> batch = next.Nodes.Count > 0 ? next.Nodes : [remaining.First(c => c.IsPending)];
            batches.Add(batch);
            HashSet<string> done = [.. batch.Select(c => c.Uid)];
            remaining = [.. remaining.Select(c => done.Contains(c.Uid) ? c with { IsPending = false, IsReady = true } : c)];
        }

        room?.Clear();
        return batches;
    }

    /// <summary>Estimates the number of batches.</summary>
    public static int Count(IEnumerable<MaintenanceCandidate> candidates, int limit)
    {
        ILookup<bool, MaintenanceCandidate> pending = candidates.Where(c => c.IsPending).ToLookup(c => c.IsControlPlane);
        return pending[true].Count()
            + pending[false].GroupBy(c => c.Group, StringComparer.Ordinal).Sum(g => (g.Count() + limit - 1) / limit);
    }

    private static BatchChoice NextOf(
        List<MaintenanceCandidate> pending,
        IReadOnlyList<MaintenanceCandidate> all,
        int limit,
        FleetRoom? room
    )
    {
        int places = Math.Max(0, limit - all.Count(c => c.CountsAsUnavailable));
        List<List<MaintenanceCandidate>> groups =
        [
            .. pending
                .GroupBy(c => c.Group, StringComparer.Ordinal)
                .OrderByDescending(g => g.Any(c => c is { IsReady: true, IsCordoned: true }))
                .Select(g => g.OrderByDescending(c => c.IsCordoned).ToList()),
        ];
        HashSet<string> stranding = [];
        foreach (List<MaintenanceCandidate> group in groups)
        {
            room?.Clear();
            List<MaintenanceCandidate> batch = Fill(group.Where(c => c.IsReady), limit, places, c => TryAdd(c, room, stranding));
            if (batch.Count > 0)
                return new(batch, "");
        }

        foreach (List<MaintenanceCandidate> group in groups)
        {
            List<(MaintenanceCandidate Node, bool Blocks)> judged =
            [
                .. group.Where(c => stranding.Contains(c.Uid)).Select(c => (c, room!.Stranded(c.Name).BlocksDrain)),
            ];
            IEnumerable<MaintenanceCandidate> ordered = judged.OrderBy(j => j.Blocks).Select(j => j.Node);
            room?.Clear();
            List<MaintenanceCandidate> batch = Fill(ordered, limit, places, c => room!.TryAddStranded(c.Name) ? Answer.Yes : Answer.No);
            if (batch.Count > 0)
                return new(batch, "");
        }

        List<MaintenanceCandidate>? broken = groups.Find(g => g.Exists(c => !c.IsReady));
        return broken is not null ? new([.. broken.Where(c => !c.IsReady).Take(limit)], "") : Waiting(all, limit);
    }

    private static List<MaintenanceCandidate> Fill(
        IEnumerable<MaintenanceCandidate> from,
        int limit,
        int places,
        Func<MaintenanceCandidate, Answer> add
    )
    {
        List<MaintenanceCandidate> batch = [];
        int refusals = 0;
        foreach (MaintenanceCandidate candidate in from)
        {
            if (batch.Count == limit || refusals > MaximumRefusals)
                break;
            if (candidate.IsAvailable && places == 0)
                continue;
            Answer answer = add(candidate);
            if (answer == Answer.No)
                refusals++;
            if (answer != Answer.Yes)
                continue;
            batch.Add(candidate);
            if (candidate.IsAvailable)
                places--;
        }

        return batch;
    }

    private static Answer TryAdd(MaintenanceCandidate candidate, FleetRoom? room, HashSet<string> stranding)
    {
        if (room is null || (!room.IsKnownToStrand(candidate.Name) && room.TryAdd(candidate.Name)))
            return Answer.Yes;
        if (!room.IsEmpty && !room.IsKnownToStrand(candidate.Name))
            return Answer.No;
        stranding.Add(candidate.Uid);
        return Answer.Never;
    }

    private static BatchChoice NextControlPlane(
        IReadOnlyList<MaintenanceCandidate> candidates,
        int limit,
        IReadOnlyCollection<string> unreadyControlPlane
    )
    {
        if (candidates.Where(c => c.IsPending).OrderBy(c => c.IsAvailable).FirstOrDefault() is not { } next)
            return new([], "");
        if (OthersToBeReady(next, unreadyControlPlane) is { } others)
            return others;
        return next.IsAvailable && candidates.Count(c => c.CountsAsUnavailable) >= limit ? Waiting(candidates, limit) : new([next], "");
    }

    // Several may have failed one after the other, and are resumed one after the other. One that is not Ready comes first.
    private static BatchChoice NextInterrupted(
        IReadOnlyList<MaintenanceCandidate> candidates,
        IReadOnlyCollection<string> unreadyControlPlane
    )
    {
        MaintenanceCandidate next = candidates
            .Where(c => c.InterruptedBatch > 0)
            .OrderBy(c => c.IsControlPlane)
            .ThenBy(c => c is { IsControlPlane: true, IsReady: true })
            .ThenBy(c => c.InterruptedBatch)
            .First();
        return next.IsControlPlane
            ? OthersToBeReady(next, unreadyControlPlane) ?? new([next], "")
            : new([.. candidates.Where(c => !c.IsControlPlane && c.InterruptedBatch == next.InterruptedBatch)], "");
    }

    private static BatchChoice? OthersToBeReady(MaintenanceCandidate next, IReadOnlyCollection<string> unreadyControlPlane)
    {
        string[] others = [.. unreadyControlPlane.Where(n => n != next.Name)];
        return others.Length > 0 ? new([], $"control-plane node {string.Join(", ", others)} to be Ready") : null;
    }

    private static BatchChoice Waiting(IReadOnlyList<MaintenanceCandidate> all, int limit)
    {
        string[] names = [.. all.Where(c => c.CountsAsUnavailable).Select(c => c.Name)];
        return new([], $"nodes to return to service: {names.Length} unavailable, at most {limit} allowed ({NameList.Of(names)})");
    }

    private enum Answer
    {
        Yes,

        /// <summary>Not together with the nodes of the batch.</summary>
        No,

        /// <summary>Not even alone.</summary>
        Never,
    }
}

using NodeManager.Core.Operations;

namespace NodeManager.Core.Maintenance.Rules;

/// <summary>Which nodes go together. Pure.</summary>
public static class BatchRules
{
    /// <summary>
    /// The next batch. All of the run's nodes that are out of service count, whoever took them out. Nodes that are so already cost nothing
    /// and go first; those that are not Ready only when nothing else can go, as they are the least likely to come back.
    /// </summary>
    /// <param name="candidates">All nodes of the run that still exist, in their order.</param>
    /// <param name="limit">How many may be out of service.</param>
    /// <param name="unreadyControlPlane">Control-plane nodes of the whole cluster that are not Ready.</param>
    public static BatchChoice Next(
        IReadOnlyList<MaintenanceCandidate> candidates, int limit, IReadOnlyCollection<string> unreadyControlPlane)
    {
        List<MaintenanceCandidate> workers = [.. candidates.Where(c => c is { IsPending: true, IsControlPlane: false })];
        // Others first: what goes wrong with them does not cost the cluster its control plane.
        return workers.Count > 0
            ? NextOf(workers, candidates, limit)
            : NextControlPlane(candidates, limit, unreadyControlPlane);
    }

    /// <summary>All batches, if every node comes back as it was.</summary>
    public static IReadOnlyList<IReadOnlyList<MaintenanceCandidate>> All(IReadOnlyList<MaintenanceCandidate> candidates, int limit)
    {
        List<IReadOnlyList<MaintenanceCandidate>> batches = [];
        List<MaintenanceCandidate> left = [.. candidates];
        while (left.Exists(c => c.IsPending))
        {
            BatchChoice next = Next(left, limit, []);
            // What blocks now may be over by then: they have a turn, if a late one.
            IReadOnlyList<MaintenanceCandidate> batch = next.Nodes.Count > 0 ? next.Nodes : [left.First(c => c.IsPending)];
            batches.Add(batch);
            HashSet<string> done = [.. batch.Select(c => c.Uid)];
            left = [.. left.Select(c => done.Contains(c.Uid) ? c with { IsPending = false, IsReady = true } : c)];
        }

        return batches;
    }

    /// <summary>About how many batches they make, without making them.</summary>
    public static int Count(IEnumerable<MaintenanceCandidate> candidates, int limit)
    {
        ILookup<bool, MaintenanceCandidate> pending = candidates.Where(c => c.IsPending).ToLookup(c => c.IsControlPlane);
        return pending[true].Count() + pending[false].GroupBy(c => c.Group, StringComparer.Ordinal).Sum(g => (g.Count() + limit - 1) / limit);
    }

    private static BatchChoice NextOf(List<MaintenanceCandidate> pending, IReadOnlyList<MaintenanceCandidate> all, int limit)
    {
        int unavailable = all.Count(c => !c.IsAvailable);
        IEnumerable<List<MaintenanceCandidate>> groups = pending.GroupBy(c => c.Group, StringComparer.Ordinal)
            .OrderByDescending(g => g.Any(c => c is { IsReady: true, IsCordoned: true })).Select(g => g.ToList());
        List<List<MaintenanceCandidate>> ordered = [.. groups];
        foreach (List<MaintenanceCandidate> group in ordered)
        {
            List<MaintenanceCandidate> batch = [.. group.Where(c => c is { IsReady: true, IsCordoned: true }).Take(limit)];
            batch.AddRange(group.Where(c => c.IsAvailable).Take(Math.Min(limit - batch.Count, Math.Max(0, limit - unavailable))));
            if (batch.Count > 0) return new(batch, "");
        }

        List<MaintenanceCandidate>? broken = ordered.Find(g => g.Exists(c => !c.IsReady));
        return broken is not null ? new([.. broken.Where(c => !c.IsReady).Take(limit)], "") : Waiting(all, limit);
    }

    private static BatchChoice NextControlPlane(
        IReadOnlyList<MaintenanceCandidate> candidates, int limit, IReadOnlyCollection<string> unreadyControlPlane)
    {
        if (candidates.Where(c => c.IsPending).OrderBy(c => c.IsAvailable).FirstOrDefault() is not { } next) return new([], "");
        string[] others = [.. unreadyControlPlane.Where(n => n != next.Name)];
        if (others.Length > 0) return new([], $"control-plane node {string.Join(", ", others)} to be Ready");
        return next.IsAvailable && candidates.Count(c => !c.IsAvailable) >= limit ? Waiting(candidates, limit) : new([next], "");
    }

    private static BatchChoice Waiting(IReadOnlyList<MaintenanceCandidate> all, int limit)
    {
        string[] names = [.. all.Where(c => !c.IsAvailable).Select(c => c.Name)];
        return new([], $"nodes to come back into service: {names.Length} out, at most {limit} may be ({NameList.Of(names)})");
    }
}

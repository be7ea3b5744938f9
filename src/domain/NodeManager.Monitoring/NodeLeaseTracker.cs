using NodeManager.Kubernetes.Models;

namespace NodeManager.Monitoring;

/// <summary>
/// The known Leases of nodes, and when to read them again: they are listed when one may have become stale, not watched, because thousands
/// of them change hundreds of times a second. Not thread-safe.
/// </summary>
/// <param name="limit">The maximum time without a renewal.</param>
internal sealed class NodeLeaseTracker(TimeSpan limit)
{
    private static readonly TimeSpan ShortestDoubt = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDoubt = TimeSpan.FromSeconds(10);

    // Kubelets renew every 10 s.
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(11);
    private static readonly TimeSpan ClockResolution = TimeSpan.FromSeconds(1.5);

    // A limit is exceeded strictly after its end.
    private static readonly TimeSpan Beyond = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan ExpectedWithin = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, DateTimeOffset> _expected = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private DateTimeOffset? _due;
    private bool _isDueKnown;

    /// <summary>Null if unknown.</summary>
    public NodeLease? Find(string node) => _entries.GetValueOrDefault(node)?.Lease;

    /// <summary>
    /// The last renewal, by our own clock. A Lease that may have been renewed since it was read counts as renewed in time.
    /// </summary>
    public DateTimeOffset? RenewedAt(string node, DateTimeOffset now) =>
        !_entries.TryGetValue(node, out Entry? entry) ? null
        : IsStale(entry) || now <= entry.RenewedAt + limit ? entry.RenewedAt
        : now - limit;

    /// <summary>The next time to read Leases; null: never.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            // Called for every change of any node.
            if (!_isDueKnown)
                (_due, _isDueKnown) = (FindDue(), true);
            return _due;
        }
    }

    public IReadOnlyList<string> Due(DateTimeOffset now) =>
        [
            .. _entries.Where(entry => DueOf(entry.Value) <= now).Select(static entry => entry.Key),
            .. _expected.Where(one => one.Value <= now).Select(static one => one.Key),
        ];

    /// <summary>A node without a Lease may have one by now.</summary>
    public void Expect(string node, DateTimeOffset now)
    {
        if (!_entries.ContainsKey(node) && _expected.TryAdd(node, now + ExpectedWithin))
            _isDueKnown = false;
    }

    /// <summary>A change of the node may mean that it reports again.</summary>
    public void Doubt(string node)
    {
        if (!_entries.TryGetValue(node, out Entry? entry) || !IsStale(entry))
            return;
        entry.IsDoubted = true;
        _isDueKnown = false;
    }

    /// <summary>Stores Leases that were read.</summary>
    /// <param name="leases">All or some.</param>
    /// <param name="asked">The requested nodes; null: all.</param>
    /// <param name="now">When they were read, by our clock.</param>
    /// <param name="serverNow">When they were read, by the API server's clock, which the times in Leases use.</param>
    /// <returns>The nodes that became stale or current, or whose clock skew changed.</returns>
    public IReadOnlyList<string> Apply(
        IReadOnlyCollection<NodeLease> leases,
        IReadOnlyCollection<string>? asked,
        DateTimeOffset now,
        DateTimeOffset serverNow
    )
    {
        List<string> changed = [];
        _isDueKnown = false;
        if (asked is null)
            _expected.Clear();
        else
            foreach (string node in asked)
                _expected.Remove(node);
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (NodeLease lease in leases)
        {
            string node = lease.Metadata.Name;
            seen.Add(node);
            Entry? before = _entries.GetValueOrDefault(node);
            bool isSame = before is not null && before.Lease.Metadata.ResourceVersion == lease.Metadata.ResourceVersion;
            DateTimeOffset renewed = isSame ? before!.RenewedAt : Estimate(lease, now, serverNow);
            // A change between two reads means a renewal after the first.
            if (!isSame && before is not null && renewed < before.ReadAt)
                renewed = before.ReadAt;
            Entry entry = new(lease, renewed, now) { IsConfirmed = isSame || now <= renewed + limit };
            _entries[node] = entry;
            if (before is null || IsStale(before) != IsStale(entry) || Skew(before.Lease) != Skew(lease))
                changed.Add(node);
        }

        foreach (string gone in (asked ?? [.. _entries.Keys]).Where(node => !seen.Contains(node)).ToList())
            if (_entries.Remove(gone))
                changed.Add(gone);
        return changed;
    }

    private DateTimeOffset? FindDue()
    {
        DateTimeOffset? due = null;
        foreach (Entry entry in _entries.Values)
            if (DueOf(entry) is var one && (due is null || one < due))
                due = one;
        foreach (DateTimeOffset one in _expected.Values)
            if (due is null || one < due)
                due = one;
        return due;
    }

    // The server's clock is known to a second.
    private static DateTimeOffset Estimate(NodeLease lease, DateTimeOffset now, DateTimeOffset serverNow)
    {
        if (WrittenAt(lease) is not { } written)
            return now;
        TimeSpan age = ((serverNow - now).Duration() <= ClockResolution ? now : serverNow) - written;
        return age > TimeSpan.Zero ? now - age : now;
    }

    private static DateTimeOffset? WrittenAt(NodeLease lease) => lease.Metadata.ManagedFields?.Max(static entry => entry.Time);

    // In seconds, as the server's times.
    private static long? Skew(NodeLease lease) =>
        lease.Spec.RenewTime is { } renewed && WrittenAt(lease) is { } written ? (long)(renewed - written).TotalSeconds / 2 : null;

    private bool IsStale(Entry entry) => entry.IsConfirmed && entry.ReadAt > entry.RenewedAt + limit;

    private DateTimeOffset DueOf(Entry entry)
    {
        if (entry.IsDoubted)
            return entry.ReadAt;
        if (!entry.IsConfirmed)
            return entry.ReadAt + RenewInterval;
        if (!IsStale(entry))
            return entry.RenewedAt + limit + Beyond;
        // Read less often the longer it is stale.
        TimeSpan pause = (entry.ReadAt - entry.RenewedAt - limit) / 10;
        return entry.ReadAt
            + (
                pause < ShortestDoubt ? ShortestDoubt
                : pause > LongestDoubt ? LongestDoubt
                : pause
            );
    }

    private sealed class Entry(NodeLease lease, DateTimeOffset renewedAt, DateTimeOffset lookedAt)
    {
        public NodeLease Lease { get; } = lease;

        public DateTimeOffset RenewedAt { get; } = renewedAt;

        public DateTimeOffset ReadAt { get; } = lookedAt;

        /// <summary>
        /// False for a Lease that is stale at the first read: its times may be from another clock. The second read decides.
        /// </summary>
        public bool IsConfirmed { get; init; }

        public bool IsDoubted { get; set; }
    }
}

namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>
/// The states of zones and the rates at which their nodes are tainted. Source: k8s.io/kubernetes/pkg/controller/nodelifecycle.
/// </summary>
internal sealed class DisruptedZones
{
    private readonly Dictionary<NodeZone, Zone> _zones = [];

    public IEnumerable<TaintLine> Lines => _zones.Values.Select(zone => zone.Line);

    /// <summary>The taint queue of a zone; a new zone starts at the normal rate.</summary>
    public TaintLine LineOf(NodeZone zone)
    {
        if (!_zones.TryGetValue(zone, out Zone? known))
            _zones[zone] = known = new();
        return known.Line;
    }

    /// <summary>Updates the states after a pass over all counted nodes.</summary>
    public DisruptionChange Update(IReadOnlyDictionary<NodeZone, ZoneCount> counts, DateTimeOffset now)
    {
        foreach (NodeZone gone in _zones.Keys.Where(zone => !counts.ContainsKey(zone)).ToList())
            _zones.Remove(gone);
        if (counts.Count == 0)
            return DisruptionChange.None;
        foreach (NodeZone zone in counts.Keys)
            LineOf(zone);
        bool isAllDown = counts.Values.All(count => count.State == ZoneState.FullDisruption);
        bool wasAllDown = _zones.Values.All(zone => zone.State == ZoneState.FullDisruption);
        if (isAllDown && wasAllDown)
            return DisruptionChange.None;
        foreach ((NodeZone key, Zone zone) in _zones)
        {
            ZoneState state = counts[key].State;
            if (isAllDown)
                zone.Line.ChangeRate(0, now);
            else if (wasAllDown || zone.State != state)
                zone.Line.ChangeRate(ZoneRules.RateOf(state, counts[key].Size), now);
            zone.State = state;
        }

        if (isAllDown)
            return DisruptionChange.Entered;
        return wasAllDown ? DisruptionChange.Recovered : DisruptionChange.None;
    }

    private sealed class Zone
    {
        public ZoneState State { get; set; }

        public TaintLine Line { get; } = new();
    }
}

internal readonly record struct ZoneCount(int Ready, int NotReady)
{
    public int Size => Ready + NotReady;

    public ZoneState State => ZoneRules.StateOf(Ready, NotReady);
}

/// <summary>How a pass changed a full disruption of all zones.</summary>
internal enum DisruptionChange
{
    None,

    /// <summary>No node of the cluster is ready.</summary>
    Entered,

    /// <summary>A node is ready again.</summary>
    Recovered,
}

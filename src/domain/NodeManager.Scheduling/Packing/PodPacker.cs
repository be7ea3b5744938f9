using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Packing;

/// <summary>
/// Places many pods: on the nodes of a snapshot by the scheduler's filters, then on as few machines of the offers as possible (first fit
/// decreasing). Equal pods cost about as much as one. Deterministic. For one use.
/// </summary>
/// <remarks>
/// With new machines a spread constraint is stricter than in the scheduler: a zone in which machines can be created counts although it has
/// no node yet, and so does a new host. So the plan is valid whatever machine registers first.
/// </remarks>
public sealed partial class PodPacker
{
    private readonly ClusterSnapshot _snapshot;
    private readonly IReadOnlyList<MachineOffer> _offers;
    private readonly Func<NodeState, bool> _isUsable;
    private readonly Func<Pod, MachineOffer, bool>? _isRefused;
    private readonly Dictionary<(PodGroup Group, int Offer), bool> _refused = [];
    private readonly ResourceIndex _resources = new();
    private readonly PodGroups _grouping;
    private readonly TopologyCounters _topology;
    private readonly List<PackingSlot> _slots = [];
    private readonly List<PackingSlot> _machines = [];
    private readonly List<OfferState> _states = [];
    private readonly Dictionary<string, SlotRules> _rules = new(StringComparer.Ordinal);
    private readonly Dictionary<PodGroup, List<PackingSlot>> _places = [];
    private readonly Dictionary<(string Pool, string Zone), ZoneCount> _zones = [];
    private List<PackingSlot>? _released;
    private MachineChooser? _chooser;
    private bool _mayOpen;

    /// <param name="snapshot">The cluster without the pods to place; unchanged.</param>
    /// <param name="offers">The preferred pool first; empty: none.</param>
    /// <param name="isUsable">The nodes that may take pods; null: all. All count in spreads.</param>
    /// <param name="isRefused">The pods for which no machine of an offer is planned; null: none. Must be the same for equal pods.</param>
    public PodPacker(
        ClusterSnapshot snapshot,
        IReadOnlyList<MachineOffer> offers,
        Func<NodeState, bool>? isUsable = null,
        Func<Pod, MachineOffer, bool>? isRefused = null
    )
    {
        _isRefused = isRefused;
        _snapshot = snapshot;
        _offers = offers;
        _isUsable = isUsable ?? (static _ => true);
        _grouping = new(snapshot, _resources);
        _topology = new(snapshot);
    }

    /// <summary>How machines are chosen.</summary>
    public MachineChoiceRules Rules { get; init; } = MachineChoiceRules.First;

    /// <summary>The nodes that take pods only if no other node and no new machine does; null: none.</summary>
    public Func<NodeState, bool>? IsLastResort { get; init; }

    /// <summary>A result for each pod, unordered.</summary>
    public IReadOnlyList<PackedPod> Pack(IReadOnlyList<Pod> pods, CancellationToken cancellationToken = default)
    {
        List<PodGroup> groups = _grouping.Of(pods);
        _topology.Build(groups);
        AddNodes();
        foreach (MachineOffer offer in _offers)
            _states.Add(new(offer, _states.Count, ZoneOf(offer), _resources, _topology));
        Order(groups);
        foreach (PodGroup group in groups)
            _places.Add(group, []);

        Sweep(groups, cancellationToken);
        if (_offers.Count > 0 && groups.Exists(static group => group.Remaining > 0))
        {
            _mayOpen = true;
            if (Rules.ComparesSizes || Rules.BalancesPools)
                _chooser = new(Rules, groups, (group, offer) => Refuse(group, offer) is null);
            AddPossibleDomains(groups);
            Sweep(groups, cancellationToken);
            _mayOpen = false;
        }

        if (AddLastResort(groups))
            Sweep(groups, cancellationToken);

        return [.. groups.SelectMany(Results)];
    }

    /// <summary>The machines to create, in order of creation.</summary>
    public IReadOnlyList<PackedMachine> Machines => _machines.ConvertAll(static slot => slot.Machine!);

    private void Sweep(List<PodGroup> groups, CancellationToken cancellationToken)
    {
        for (bool hasMoved = true; hasMoved; )
        {
            hasMoved = false;
            foreach (PodGroup group in groups)
            {
                if (group.Remaining == 0)
                    continue;
                cancellationToken.ThrowIfCancellationRequested();
                int before = group.Placed;
                Fill(group);
                Release(group);
                hasMoved |= group.Placed > before;
            }

            // Only rules that depend on other pods may change their result.
            hasMoved &= groups.Exists(static group => group.Remaining > 0 && group.MayFitLater);
        }
    }

    private void Fill(PodGroup group)
    {
        Complete(group);
        List<PackingSlot> candidates = group.Candidates!;
        while (group.Remaining > 0)
        {
            bool isPlaced = false;
            int kept = 0,
                index = 0;
            for (; index < candidates.Count && group.Remaining > 0; index++)
            {
                PackingSlot slot = candidates[index];
                (int room, bool isFinal) = RoomOn(group, slot);
                if (room > 0)
                {
                    Place(group, slot, room);
                    isPlaced = true;
                    candidates[kept++] = slot;
                    if (group.Spreads.Count == 0)
                        continue;
                    // The counts have changed: restart.
                    index++;
                    break;
                }

                if (!isFinal)
                    candidates[kept++] = slot;
            }

            if (kept < index)
                candidates.RemoveRange(kept, index - kept);
            if (isPlaced)
                continue;
            if (group.Remaining == 0 || !_mayOpen || Open(group) is not { } opened)
                return;
            if (RoomOn(group, opened).Room == 0)
                return;
            candidates.Add(opened);
            group.SeenMachines = _machines.Count;
        }
    }

    // With thousands of machines, the candidates of all groups together are larger than everything else.
    private void Release(PodGroup group)
    {
        if (group.Remaining > 0 || group.Candidates is not { } candidates)
            return;
        candidates.Clear();
        (_released, group.Candidates) = (candidates, null);
    }

    /// <summary>How many pods of the group fit on the slot now, and if none, whether that is final.</summary>
    private (int Room, bool IsFinal) RoomOn(PodGroup group, PackingSlot slot)
    {
        foreach (TopologyCounter apart in group.Apart)
            if (apart.Of(slot.Domains[apart.Key]) > 0)
                return (0, true);
        if (group.Ports.Count > 0 && slot.Ports?.Exists(taken => group.Ports.Exists(port => port.Conflicts(taken))) == true)
            return (0, true);
        int room = slot.Machine is null
            ? Fitting(slot.Amounts, group.Need, group.Remaining)
            : _states[slot.Machine.OfferNumber].RoomOn(slot, group.Need, group.Remaining);
        if (room == 0)
            return (0, true);
        if (group.Near.Count > 0 && !group.IsNear(slot.Domains))
            return (0, false);
        foreach (SpreadTerm spread in group.Spreads)
        {
            int domain = slot.Domains[spread.Counter.Key];
            if (domain < 0)
                return (0, true);
            int skew = spread.Counter.Of(domain) + spread.Self - spread.Counter.Minimum(spread.MinDomains);
            if (skew > spread.MaxSkew)
                return (0, spread.Counter.CountsFreshHosts);
        }

        return (group.MayFillUp ? room : 1, false);
    }

    private void Place(PodGroup group, PackingSlot slot, int count)
    {
        if (slot.Machine is { } machine)
        {
            for (int resource = 0; resource < slot.Amounts.Length; resource++)
                slot.Amounts[resource] += group.Need[resource] * count;
            _states[machine.OfferNumber].Grow(slot);
            for (int index = 0; index < count; index++)
                machine.PodList.Add(group.Pods[group.Placed + index]);
        }
        else
        {
            for (int resource = 0; resource < slot.Amounts.Length; resource++)
                slot.Amounts[resource] -= group.Need[resource] * count;
        }

        foreach (TopologyCounter counter in group.Counts)
            counter.Add(slot, count);
        if (group.Ports.Count > 0)
            (slot.Ports ??= []).AddRange(group.Ports);
        for (int index = 0; index < count; index++)
            _places[group].Add(slot);
        group.Placed += count;
    }

    private static int Fitting(long[] free, long[] need, int most)
    {
        long room = most;
        for (int resource = 0; resource < need.Length; resource++)
        {
            if (need[resource] <= 0)
                continue;
            if (free[resource] < need[resource])
                return 0;
            room = Math.Min(room, free[resource] / need[resource]);
        }

        return (int)room;
    }

    /// <summary>Why no machine of the offer would suffice, limits aside.</summary>
    private PackingRefusal? Refuse(PodGroup group, OfferState offer)
    {
        if (RulesOf(group).Refusal(offer.Offer) is { } why)
            return why;
        if (IsRefused(group, offer))
            return PackingRefusal.Caller;
        if (!offer.Holds(offer.Overhead, group.Need))
            return PackingRefusal.TooLarge;
        if (group.Ports.Exists(port => offer.Offer.Ports.Exists(port.Conflicts)))
            return PackingRefusal.HostPort;
        foreach (TopologyCounter apart in group.Apart)
            if (apart.Of(offer.Domains[apart.Key]) > 0)
                return PackingRefusal.PodAffinity;
        if (group.Near.Count > 0 && !group.IsNear(offer.Domains))
            return PackingRefusal.PodAffinity;
        foreach (SpreadTerm spread in group.Spreads)
        {
            int domain = offer.Domains[spread.Counter.Key];
            if (domain < 0 || spread.Counter.Of(domain) + spread.Self - spread.Counter.Minimum(spread.MinDomains) > spread.MaxSkew)
                return PackingRefusal.TopologySpread;
        }

        return null;
    }

    private bool IsRefused(PodGroup group, OfferState offer)
    {
        if (_isRefused is null)
            return false;
        if (!_refused.TryGetValue((group, offer.Number), out bool isRefused))
            _refused.Add((group, offer.Number), isRefused = _isRefused(group.First, offer.Offer));
        return isRefused;
    }

    private SlotRules RulesOf(PodGroup group)
    {
        if (!_rules.TryGetValue(group.NodeKey, out SlotRules? rules))
            _rules.Add(group.NodeKey, rules = new(group.First, _snapshot));
        return rules;
    }

    /// <summary>Adds new machines to the candidates.</summary>
    private void Complete(PodGroup group)
    {
        SlotRules rules = RulesOf(group);
        if (group.Candidates is null)
        {
            TakeReleased(group);
            foreach (PackingSlot slot in _slots)
            {
                if (slot.Machine is not null)
                    break;
                if (slot.IsUsable && !slot.IsLastResort && Fitting(slot.Amounts, group.Need, 1) > 0 && rules.Allows(slot))
                    group.Candidates!.Add(slot);
            }
        }

        if (group.SeenMachines == _machines.Count)
            return;
        // Without nodes, the list is still empty: one that has the room of another group's machines takes its place.
        if (group.Candidates!.Capacity == 0)
            TakeReleased(group);
        bool[] accepted = group.AcceptedOffers ??= [
            .. _states.Select(offer => rules.Refusal(offer.Offer) is null && !IsRefused(group, offer)),
        ];
        for (; group.SeenMachines < _machines.Count; group.SeenMachines++)
        {
            PackingSlot slot = _machines[group.SeenMachines];
            if (accepted[slot.Machine!.OfferNumber])
                group.Candidates!.Add(slot);
        }
    }

    private void TakeReleased(PodGroup group)
    {
        group.Candidates = _released ?? [];
        _released = null;
    }

    private IEnumerable<PackedPod> Results(PodGroup group)
    {
        List<PackingSlot> places = _places[group];
        for (int index = 0; index < places.Count; index++)
            yield return new(group.Pods[index], places[index].Machine is null ? places[index].Name : null, places[index].Machine, []);
        if (group.Remaining == 0)
            yield break;
        IReadOnlyList<(MachineOffer, PackingRefusal)> refusals = [.. _states.Select(offer => (offer.Offer, WhyNot(group, offer)))];
        for (int index = group.Placed; index < group.Pods.Count; index++)
            yield return new(group.Pods[index], null, null, refusals);
    }

    private void AddNodes()
    {
        Dictionary<string, (Pod First, List<PackingSlot> On)> kinds = new(StringComparer.Ordinal);
        List<TopologyCounter> counters = [.. _topology.Counters];
        foreach (NodeState node in _snapshot.Nodes)
        {
            PackingSlot slot = new()
            {
                Number = _slots.Count,
                Name = node.Name,
                State = node,
                IsUsable = _isUsable(node),
                IsLastResort = IsLastResort?.Invoke(node) == true,
                Amounts = _resources.Offered(node.Free),
                Domains = _topology.DomainsOf(node.Label),
                Ports = [.. node.Pods.SelectMany(static pod => HostPort.Of(pod.Pod))],
            };
            _slots.Add(slot);
            foreach (TopologyCounter counter in counters)
                if (counter.Includes(slot))
                    counter.AddDomain(slot.Domains[counter.Key]);
            if (counters.Count == 0)
                continue;
            foreach (PodState pod in node.Pods)
            {
                string key = _grouping.CountedKey(pod.Pod);
                if (!kinds.TryGetValue(key, out (Pod First, List<PackingSlot> On) kind))
                    kinds.Add(key, kind = (pod.Pod, []));
                kind.On.Add(slot);
            }
        }

        foreach (TopologyCounter counter in counters)
        foreach ((Pod first, List<PackingSlot> on) in kinds.Values)
            if (counter.Counts(first))
                on.ForEach(slot => counter.Add(slot, 1));
    }

    /// <summary>Adds the last nodes to the candidates. False: there are none, or all pods have a place.</summary>
    private bool AddLastResort(List<PodGroup> groups)
    {
        List<PackingSlot> last = _slots.FindAll(static slot => slot is { IsLastResort: true, IsUsable: true });
        if (last.Count == 0)
            return false;
        List<PodGroup> remaining = groups.FindAll(static group => group.Remaining > 0);
        foreach (PodGroup group in remaining)
            group.Candidates?.AddRange(last.Where(slot => Fitting(slot.Amounts, group.Need, 1) > 0 && RulesOf(group).Allows(slot)));
        return remaining.Count > 0;
    }

    private void Order(List<PodGroup> groups)
    {
        long[] most = new long[_resources.Count];
        foreach (PodGroup group in groups)
            for (int resource = 0; resource < most.Length; resource++)
                most[resource] = Math.Max(most[resource], group.Need[resource]);
        foreach (OfferState offer in _states)
            for (int resource = 0; resource < most.Length; resource++)
                most[resource] = Math.Max(most[resource], offer.Maximum[resource] == long.MaxValue ? 0 : offer.Maximum[resource]);
        double Share(PodGroup group)
        {
            double share = 0;
            for (int resource = 0; resource < most.Length; resource++)
                if (most[resource] > 0 && resource != ResourceIndex.Pods)
                    share = Math.Max(share, (double)group.Need[resource] / most[resource]);
            return share;
        }

        List<PodGroup> sorted =
        [
            .. groups
                .OrderByDescending(static group => group.First.Spec.Priority ?? 0)
                .ThenByDescending(Share)
                .ThenBy(static group => group.First.Key(), StringComparer.Ordinal),
        ];
        groups.Clear();
        groups.AddRange(sorted);
    }
}

namespace NodeManager.Scheduling.Packing;

/// <summary>
/// Chooses the next machine: each offer and size is filled with the remaining pods for a comparison, and the expanders keep the best.
/// </summary>
/// <param name="groups">In the order of placement.</param>
/// <param name="mayUse">True for an offer that can take pods of a group, limits and size aside.</param>
internal sealed class MachineChooser(MachineChoiceRules rules, List<PodGroup> groups, Func<PodGroup, OfferState, bool> mayUse)
{
    // More kinds of pods do not change the comparison much.
    private const int MostGroups = 24;
    private const double Similar = 0.05;

    private readonly Dictionary<(PodGroup Group, int Offer), bool> _allowed = [];
    private readonly List<Option> _options = [];
    private readonly List<Option> _best = [];
    private long[] _room = [];
    private Comparison? _latest;
    private int _place;

    /// <summary>The best machine for the next pod of a group; null: no offer is left.</summary>
    /// <param name="offers">Those that accept the group, the preferred pool first.</param>
    public Option? Choose(PodGroup group, IEnumerable<OfferState> offers, Func<OfferState, int> weightOf)
    {
        List<PodGroup> others = OthersOf(group);
        List<OfferState> accepted = [.. offers];
        if (_latest is not { } latest || !latest.Holds(group, accepted, others))
            _latest = latest = new(group, accepted, others, _best, Compare(group, accepted, others));
        if (_best.Count == 0)
            return null;
        Option first = _best[0];
        IEnumerable<Option> equal = rules.BalancesPools
            ? _best.Where(one => IsSimilar(one.Offer, first.Offer))
            : _best.Where(one => one.Offer.Offer.Pool == first.Offer.Offer.Pool);
        Option chosen = equal
            .OrderBy(one => weightOf(one.Offer))
            .ThenBy(static one => one.Offer.Zone.Nodes)
            .ThenByDescending(static one => one.Value)
            .ThenBy(static one => one.Size)
            .First();
        return chosen with { Choice = latest.Explain(chosen, () => Describe(chosen, latest.Decisive, Rival(chosen, latest.Decisive))) };
    }

    // The groups that may share the machine. A group opens machines one after another, so its place is usually known.
    private List<PodGroup> OthersOf(PodGroup group)
    {
        if (_place >= groups.Count || groups[_place] != group)
            _place = groups.IndexOf(group);
        List<PodGroup> others = new(MostGroups);
        for (int index = _place + 1; index < groups.Count && others.Count < MostGroups; index++)
        {
            PodGroup one = groups[index];
            if (one.Remaining > 0 && one.Near.Count + one.Apart.Count == 0 && one.MayFillUp)
                others.Add(one);
        }

        return others;
    }

    // Of another pool if there is one, else of another size. No lists: there are hundreds of options for each machine.
    private Option? Rival(Option chosen, MachineExpander? decisive)
    {
        Option? best = null;
        (bool IsOfOtherPool, decimal Score) rank = default;
        foreach (Option one in _options)
        {
            bool isOfOtherPool = one.Offer.Offer.Pool != chosen.Offer.Offer.Pool;
            if (!isOfOtherPool && (one.Size == chosen.Size || rank.IsOfOtherPool))
                continue;
            decimal score = decisive is { } expander ? Score(one, expander) : 0;
            if (best is not null && isOfOtherPool == rank.IsOfOtherPool && score >= rank.Score)
                continue;
            (best, rank) = (one, (isOfOtherPool, score));
        }

        return best;
    }

    /// <summary>Fills the lists of the possible and of the best machines.</summary>
    /// <returns>The first expander that told them apart; null: none did.</returns>
    private MachineExpander? Compare(PodGroup group, List<OfferState> offers, List<PodGroup> others)
    {
        _options.Clear();
        _best.Clear();
        foreach (OfferState offer in offers)
            AddOptions(group, offer, others);
        _best.AddRange(_options);
        MachineExpander? decisive = null;
        foreach (MachineExpander expander in _options.Count > 1 ? rules.Expanders : [])
        {
            decimal least = _best.Min(one => Score(one, expander));
            if (_best.RemoveAll(one => Score(one, expander) != least) > 0)
                decisive ??= expander;
        }

        return decisive;
    }

    private static MachineChoice Describe(Option chosen, MachineExpander? decisive, Option? other) =>
        new(
            decisive,
            chosen.Offer.Offer,
            chosen.Offer.Offer.Sizes[chosen.Size],
            chosen.Pods,
            chosen.Waste,
            other is { } rival ? Describe(rival, null, null) : null
        );

    private void AddOptions(PodGroup group, OfferState offer, List<PodGroup> others)
    {
        List<PodGroup> alongside = others.FindAll(one => IsAllowed(one, offer));
        long[] need = [.. offer.Overhead.Zip(group.Need, static (a, b) => a + b)];
        for (int size = 0; size < offer.Offer.Sizes.Count; size++)
        {
            if (!IsAvailable(offer, size) || !offer.Fits(size, need, null, 0))
                continue;
            _options.Add(Fill(group, offer, size, alongside));
            if (!rules.ComparesSizes)
                return;
        }
    }

    private static bool IsAvailable(OfferState offer, int size)
    {
        MachineSize machine = offer.Offer.Sizes[size];
        return machine.Stock is not { Remaining: <= 0 } && offer.Offer.Allowance.Refuse(1, machine.CpuCores, machine.MemoryMiB) is null;
    }

    private Option Fill(PodGroup group, OfferState offer, int size, List<PodGroup> alongside)
    {
        long[] room = _room = offer.RoomOf(size, _room);
        int count = group.MayFillUp ? Take(room, group) : 1;
        if (count == 1 && !group.MayFillUp)
            Subtract(room, group.Need, 1);
        int pods = count;
        long value = count * ValueOf(group.Need);
        foreach (PodGroup other in alongside)
        {
            int more = Take(room, other);
            pods += more;
            value += more * ValueOf(other.Need);
        }

        MachineSize machine = offer.Offer.Sizes[size];
        return new(offer, size, count, pods, value, machine.Price is { } price ? price / value : null, offer.Waste(size, room));
    }

    private static int Take(long[] room, PodGroup group)
    {
        long count = group.Remaining;
        for (int resource = 0; resource < room.Length && count > 0; resource++)
            if (group.Need[resource] > 0)
                count = Math.Min(count, Math.Max(0, room[resource]) / group.Need[resource]);
        Subtract(room, group.Need, count);
        return (int)count;
    }

    private static void Subtract(long[] room, long[] need, long count)
    {
        for (int resource = 0; resource < room.Length; resource++)
            room[resource] -= need[resource] * count;
    }

    // A core weighs as much as 4 GiB, as in MachineSize.Cost; a pod without requests counts as well.
    private static long ValueOf(long[] need) => 1 + (need[ResourceIndex.Cpu] * 4096 / 1000) + (need[ResourceIndex.Memory] >> 20);

    private static decimal Score(Option option, MachineExpander expander) =>
        expander switch
        {
            MachineExpander.Priority => -(decimal)option.Offer.Offer.Priority,
            MachineExpander.Price => option.Price ?? decimal.MaxValue,
            _ => Math.Round((decimal)option.Waste, 6),
        };

    private static bool IsSimilar(OfferState one, OfferState other) =>
        one == other
        || one.Offer.Sizes.Count == other.Offer.Sizes.Count
            && one.Offer.Sizes.Zip(other.Offer.Sizes)
                .All(static pair =>
                    pair.First.CpuCores == pair.Second.CpuCores
                    && pair.First.HasDevices == pair.Second.HasDevices
                    && Math.Abs(pair.First.MemoryMiB - pair.Second.MemoryMiB) <= Similar * pair.First.MemoryMiB
                );

    private bool IsAllowed(PodGroup group, OfferState offer)
    {
        if (!_allowed.TryGetValue((group, offer.Number), out bool isAllowed))
            _allowed.Add((group, offer.Number), isAllowed = mayUse(group, offer));
        return isAllowed;
    }

    /// <summary>A possible machine with the pods that it would hold.</summary>
    /// <param name="Own">The pods of the group.</param>
    /// <param name="Pods">All pods.</param>
    /// <param name="Price">For one unit of what the pods request; null: unknown.</param>
    internal readonly record struct Option(OfferState Offer, int Size, int Own, int Pods, long Value, decimal? Price, double Waste)
    {
        public MachineChoice? Choice { get; init; }
    }

    /// <summary>A comparison holds for the next machine of the same group as long as that would hold as many pods.</summary>
    private sealed class Comparison(
        PodGroup group,
        List<OfferState> offers,
        List<PodGroup> others,
        List<Option> best,
        MachineExpander? decisive
    )
    {
        private readonly Dictionary<(int Offer, int Size), MachineChoice> _choices = [];

        public MachineExpander? Decisive => decisive;

        public bool Holds(PodGroup next, List<OfferState> accepted, List<PodGroup> alongside) =>
            next == group
            && best.TrueForAll(option => option.Own <= next.Remaining && IsAvailable(option.Offer, option.Size))
            && accepted.SequenceEqual(offers)
            && alongside.SequenceEqual(others);

        public MachineChoice Explain(Option option, Func<MachineChoice> explain)
        {
            if (!_choices.TryGetValue((option.Offer.Number, option.Size), out MachineChoice? choice))
                _choices.Add((option.Offer.Number, option.Size), choice = explain());
            return choice;
        }
    }
}

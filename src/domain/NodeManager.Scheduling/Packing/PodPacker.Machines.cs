using System.Globalization;

namespace NodeManager.Scheduling.Packing;

// How machines are opened.
public sealed partial class PodPacker
{
    /// <summary>Adds one machine without pods, the cheapest of the first offer that allows it. Null: none does.</summary>
    public PackedMachine? OpenEmpty(string pool)
    {
        foreach (OfferState offer in _states.Where(one => one.Offer.Pool == pool).OrderBy(static one => one.Zone.Nodes))
            if (TryOpen(offer, offer.Overhead, null, out PackingSlot? slot) is null)
                return slot!.Machine;
        return null;
    }

    /// <summary>A machine for the group's next pod; null if no offer suffices.</summary>
    private PackingSlot? Open(PodGroup group)
    {
        PackingSlot? opened = null;
        if (_chooser is not null)
        {
            MachineChooser.Option? chosen = _chooser.Choose(
                group,
                _states.Where(offer => Refuse(group, offer) is null),
                offer => Weight(group, offer)
            );
            if (chosen is not { } machine)
                return null;
            TryOpen(machine.Offer, Needed(group, machine.Offer), machine, out opened);
            return Prepare(opened!, machine.Offer);
        }

        foreach (IGrouping<string, OfferState> pool in _states.GroupBy(static one => one.Offer.Pool, StringComparer.Ordinal))
        {
            foreach (OfferState offer in pool.OrderBy(one => Weight(group, one)).ThenBy(static one => one.Zone.Nodes))
            {
                if (Refuse(group, offer) is not null)
                    continue;
                if (TryOpen(offer, Needed(group, offer), null, out opened) is null)
                    return Prepare(opened!, offer);
            }
        }

        return null;
    }

    private static long[] Needed(PodGroup group, OfferState offer) => [.. offer.Overhead.Zip(group.Need, static (a, b) => a + b)];

    private static PackingSlot Prepare(PackingSlot slot, OfferState offer)
    {
        offer.Overhead.CopyTo(slot.Amounts, 0);
        return slot;
    }

    /// <summary>How many pods of the group's spreads are in the offer's zone.</summary>
    private static int Weight(PodGroup group, OfferState offer) =>
        group.Spreads.Sum(spread => spread.Counter.Of(offer.Domains[spread.Counter.Key]));

    /// <param name="chosen">Limits the growth of the machine; null: no limit.</param>
    private PackingRefusal? TryOpen(OfferState offer, long[] need, MachineChooser.Option? chosen, out PackingSlot? slot)
    {
        slot = null;
        PackingRefusal? why = PackingRefusal.TooLarge;
        for (int size = 0; size < offer.Offer.Sizes.Count; size++)
        {
            if (!offer.Fits(size, need, null, 0))
                continue;
            MachineSize taken = offer.Offer.Sizes[size];
            why = taken.Stock is { Remaining: <= 0 }
                ? PackingRefusal.ProviderStock
                : offer.Offer.Allowance.Refuse(1, taken.CpuCores, taken.MemoryMiB);
            if (why is not null)
                continue;
            offer.Offer.Allowance.Take(1, taken.CpuCores, taken.MemoryMiB);
            if (taken.Stock is { } stock)
                stock.Remaining--;
            offer.Zone.Nodes++;
            PackedMachine machine = new(
                offer.Offer,
                string.Create(CultureInfo.InvariantCulture, $"{offer.Offer.Pool}/{_machines.Count + 1}"),
                offer.Number
            )
            {
                Size = taken,
                Choice = chosen?.Choice,
            };
            slot = new()
            {
                Number = _slots.Count,
                Name = machine.Name,
                State = offer.Offer.State,
                Machine = machine,
                Size = size,
                LargestSize = chosen is { } limit && Rules.ComparesSizes ? limit.Size : int.MaxValue,
                Amounts = [.. need],
                Domains = _topology.DomainsOf(key => key == TopologyKeys.HostName ? machine.Name : offer.Offer.State.Label(key)),
                Ports = offer.Offer.Ports.Count > 0 ? [.. offer.Offer.Ports] : null,
            };
            _slots.Add(slot);
            _machines.Add(slot);
            return null;
        }

        return why;
    }

    private PackingRefusal WhyNot(PodGroup group, OfferState offer)
    {
        if (Refuse(group, offer) is { } why)
            return why;
        long[] need = Needed(group, offer);
        PackingRefusal limit = PackingRefusal.TooLarge;
        for (int size = 0; size < offer.Offer.Sizes.Count; size++)
        {
            if (!offer.Fits(size, need, null, 0))
                continue;
            MachineSize wanted = offer.Offer.Sizes[size];
            limit = wanted.Stock is { Remaining: <= 0 }
                ? PackingRefusal.ProviderStock
                : offer.Offer.Allowance.Refuse(1, wanted.CpuCores, wanted.MemoryMiB) ?? PackingRefusal.PodAffinity;
            break;
        }

        return limit;
    }

    /// <summary>Zones in which machines can be created, and new hosts, count from here on.</summary>
    private void AddPossibleDomains(List<PodGroup> groups)
    {
        foreach (PodGroup group in groups)
        {
            if (group.Remaining == 0)
                continue;
            foreach (SpreadTerm spread in group.Spreads)
            {
                foreach (OfferState offer in _states)
                {
                    if (
                        RulesOf(group).Refusal(offer.Offer) is not null
                        || IsRefused(group, offer)
                        || !offer.Holds(offer.Overhead, group.Need)
                        || !spread.Counter.Includes(offer.Offer)
                    )
                        continue;
                    spread.Counter.AddPossibleDomain(offer.Domains[spread.Counter.Key]);
                }
            }
        }
    }

    private ZoneCount ZoneOf(MachineOffer offer)
    {
        if (!_zones.TryGetValue((offer.Pool, offer.Zone ?? ""), out ZoneCount? zone))
            _zones.Add((offer.Pool, offer.Zone ?? ""), zone = new(offer.Nodes));
        return zone;
    }
}

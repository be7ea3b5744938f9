namespace NodeManager.Scheduling.Packing;

/// <summary>An offer during a packing.</summary>
internal sealed class OfferState
{
    private readonly long[][] _sizes;
    private readonly int[] _devices;

    /// <param name="zone">Shared by the offers of the pool in the zone.</param>
    public OfferState(MachineOffer offer, int number, ZoneCount zone, ResourceIndex resources, TopologyCounters topology)
    {
        Zone = zone;
        Offer = offer;
        _devices = [.. resources.Devices];
        Number = number;
        _sizes = [.. offer.Sizes.Select(size => resources.Offered(name => size.Allocatable.GetValueOrDefault(name)))];
        Overhead = resources.Needed(offer.Overhead, 0);
        Domains = topology.DomainsOf(offer.State.Label);
        Maximum = new long[resources.Count];
        foreach (long[] size in _sizes)
            for (int resource = 0; resource < Maximum.Length; resource++)
                Maximum[resource] = Math.Max(Maximum[resource], size[resource]);
    }

    public MachineOffer Offer { get; }

    public int Number { get; }

    public long[] Overhead { get; }

    /// <summary>The domains of a new machine: its hostname is a domain without pods.</summary>
    public int[] Domains { get; }

    /// <summary>The maximum of each resource over all sizes.</summary>
    public long[] Maximum { get; }

    public ZoneCount Zone { get; }

    /// <summary>A size without the DaemonSets' requests.</summary>
    /// <param name="room">Reused if it has the length.</param>
    public long[] RoomOf(int size, long[] room)
    {
        if (room.Length != _sizes[size].Length)
            room = new long[_sizes[size].Length];
        _sizes[size].CopyTo(room, 0);
        for (int resource = 0; resource < room.Length; resource++)
            room[resource] -= Overhead[resource];
        return room;
    }

    /// <summary>The unused share of CPU and memory, as cluster-autoscaler adds them.</summary>
    /// <param name="room">What is left.</param>
    public double Waste(int size, long[] room) =>
        Share(room[ResourceIndex.Cpu], _sizes[size][ResourceIndex.Cpu])
        + Share(room[ResourceIndex.Memory], _sizes[size][ResourceIndex.Memory]);

    private static double Share(long part, long whole) => whole <= 0 ? 0 : Math.Max(0, part) / (double)whole;

    /// <summary>False if no size can hold it; true if one may.</summary>
    public bool Holds(long[] used, long[] need)
    {
        for (int resource = 0; resource < need.Length; resource++)
            if (need[resource] > 0 && used[resource] + need[resource] > Maximum[resource])
                return false;
        return true;
    }

    public bool Fits(int size, long[] used, long[]? need, int count)
    {
        long[] room = _sizes[size];
        for (int resource = 0; resource < used.Length; resource++)
        {
            long sum = used[resource] + (need is null ? 0 : need[resource] * count);
            if (sum > 0 && sum > room[resource])
                return false;
        }

        return true;
    }

    /// <summary>How many more pods fit on a machine of the offer, which may get a larger size.</summary>
    public int RoomOn(PackingSlot slot, long[] need, int maximum)
    {
        if (!Holds(slot.Amounts, need))
            return 0;
        int room = 0;
        for (int step = maximum; step > 0 && room < maximum; )
        {
            // Binary search for the most pods that a size within the limits holds.
            if (room + step <= maximum && CanGrow(slot, need, room + step))
                room += step;
            else
                step /= 2;
        }

        return room;
    }

    /// <summary>Updates the size of a machine.</summary>
    public void Grow(PackingSlot slot)
    {
        int size = SizeFor(slot.Amounts, null, 0, slot);
        if (size == slot.Size)
            return;
        MachineSize from = Offer.Sizes[slot.Size],
            to = Offer.Sizes[size];
        Offer.Allowance.Take(0, to.CpuCores - from.CpuCores, to.MemoryMiB - from.MemoryMiB);
        if (from.Stock is { } back)
            back.Remaining++;
        if (to.Stock is { } taken)
            taken.Remaining--;
        slot.Size = size;
        slot.Machine!.Size = to;
    }

    private bool CanGrow(PackingSlot slot, long[] need, int count)
    {
        int size = SizeFor(slot.Amounts, need, count, slot);
        if (size < 0)
            return false;
        if (size == slot.Size)
            return true;
        MachineSize from = Offer.Sizes[slot.Size],
            to = Offer.Sizes[size];
        return Offer.Allowance.Refuse(0, Math.Max(0, to.CpuCores - from.CpuCores), Math.Max(0, to.MemoryMiB - from.MemoryMiB)) is null;
    }

    /// <summary>The cheapest size from that of the slot on that holds the amount and is in stock; -1 without one.</summary>
    private int SizeFor(long[] used, long[]? need, int count, PackingSlot slot)
    {
        int from = slot.Size;
        for (int size = from; size < _sizes.Length && size <= slot.LargestSize; size++)
            if (
                (size == from || Offer.Sizes[size].Stock is null or { Remaining: > 0 } && MayGrow(from, size, used, need))
                && Fits(size, used, need, count)
            )
                return size;
        return -1;
    }

    // Without this, machines with devices would be taken for their size. A loop: a lambda would allocate for each size of each machine.
    private bool MayGrow(int from, int to, long[] used, long[]? need)
    {
        if (Offer.Sizes[from].HasDevices || !Offer.Sizes[to].HasDevices)
            return true;
        foreach (int device in _devices)
            if (used[device] + (need?[device] ?? 0) > 0)
                return true;
        return false;
    }
}

/// <summary>The machines of a pool in a zone, with those of the plan.</summary>
internal sealed class ZoneCount(int nodes)
{
    public int Nodes { get; set; } = nodes;
}

namespace NodeManager.Scheduling.Packing;

/// <summary>An offer while a packing uses it.</summary>
internal sealed class OfferState
{
    private readonly long[][] _sizes;

    public OfferState(MachineOffer offer, int number, ResourceIndex resources, TopologyBook book)
    {
        Offer = offer;
        Number = number;
        _sizes = [.. offer.Sizes.Select(size => resources.Offered(name => size.Allocatable.GetValueOrDefault(name)))];
        Overhead = resources.Needed(offer.Overhead, 0);
        Domains = book.DomainsOf(offer.State.Label);
        Most = new long[resources.Count];
        foreach (long[] size in _sizes)
            for (int resource = 0; resource < Most.Length; resource++) Most[resource] = Math.Max(Most[resource], size[resource]);
    }

    public MachineOffer Offer { get; }

    public int Number { get; }

    public long[] Overhead { get; }

    /// <summary>Of a machine that would be opened: its host is a domain without pods.</summary>
    public int[] Domains { get; }

    /// <summary>The most of each resource that any size has.</summary>
    public long[] Most { get; }

    public int Opened { get; set; }

    /// <summary>False where no size can hold it; true where one may.</summary>
    public bool Holds(long[] used, long[] need)
    {
        for (int resource = 0; resource < need.Length; resource++)
            if (need[resource] > 0 && used[resource] + need[resource] > Most[resource]) return false;
        return true;
    }

    public bool Fits(int size, long[] used, long[]? need, int count)
    {
        long[] room = _sizes[size];
        for (int resource = 0; resource < used.Length; resource++)
        {
            long sum = used[resource] + (need is null ? 0 : need[resource] * count);
            if (sum > 0 && sum > room[resource]) return false;
        }

        return true;
    }

    /// <summary>The cheapest size from one on that holds so much and is in stock; -1 where none does.</summary>
    public int SizeFor(long[] used, long[]? need, int count, int from)
    {
        for (int size = from; size < _sizes.Length; size++)
            if ((size == from || Offer.Sizes[size].Stock is null or { Left: > 0 }) && Fits(size, used, need, count)) return size;
        return -1;
    }
}

namespace NodeManager.Scheduling.Packing;

/// <param name="key">The number of the topology key.</param>
/// <param name="isHostName">True if each machine is a domain of its own.</param>
/// <param name="counts">True for pods to count.</param>
/// <param name="includes">True for nodes whose pods count; null: all.</param>
internal sealed class TopologyCounter(int key, bool isHostName, Func<Pod, bool> counts, Func<NodeState, bool>? includes)
{
    private int[] _counts = [];
    private bool[] _known = [];
    private sbyte[] _included = [];
    private int _domains;
    private int _minimum = -1;
    private int _total;

    public int Key => key;

    public bool IsEmpty => _total == 0;

    /// <summary>True if hosts without such pods can always be added.</summary>
    public bool CountsFreshHosts { get; private set; }

    public bool Counts(Pod pod) => counts(pod);

    public int Of(int domain) => domain >= 0 && domain < _counts.Length ? _counts[domain] : 0;

    /// <summary>The minimum over the known domains.</summary>
    public int Minimum(int minDomains)
    {
        if (CountsFreshHosts || _domains == 0 || _domains < minDomains)
            return 0;
        if (_minimum >= 0)
            return _minimum;
        int minimum = int.MaxValue;
        for (int domain = 0; domain < _counts.Length; domain++)
            if (_known[domain] && _counts[domain] < minimum)
                minimum = _counts[domain];
        return _minimum = minimum;
    }

    public bool Includes(PackingSlot slot)
    {
        if (slot.Domains[key] < 0)
            return false;
        if (includes is null)
            return true;
        if (slot.Number >= _included.Length)
            Array.Resize(ref _included, Math.Max(16, slot.Number * 2));
        if (_included[slot.Number] == 0)
            _included[slot.Number] = includes(slot.State) ? (sbyte)1 : (sbyte)-1;
        return _included[slot.Number] > 0;
    }

    public bool Includes(MachineOffer offer) => includes is null || includes(offer.State);

    /// <summary>Adds an empty domain.</summary>
    public void AddDomain(int domain)
    {
        if (domain < 0)
            return;
        Grow(domain);
        if (_known[domain])
            return;
        _known[domain] = true;
        _domains++;
        _minimum = -1;
    }

    /// <summary>Adds a domain in which machines can be created: a zone, or any number of hosts.</summary>
    public void AddPossibleDomain(int domain)
    {
        if (isHostName)
            CountsFreshHosts = true;
        else
            AddDomain(domain);
    }

    public void Add(PackingSlot slot, int pods)
    {
        if (!Includes(slot))
            return;
        int domain = slot.Domains[key];
        AddDomain(domain);
        if (_minimum >= 0 && _counts[domain] == _minimum)
            _minimum = -1;
        _counts[domain] += pods;
        _total += pods;
    }

    private void Grow(int domain)
    {
        if (domain < _counts.Length)
            return;
        int length = Math.Max(8, domain * 2);
        Array.Resize(ref _counts, length);
        Array.Resize(ref _known, length);
    }
}

namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>
/// A rate-limited FIFO queue of a zone's nodes that need the NoExecute taint: the first immediately, each further one after an interval. A
/// taken node is not queued again until it is removed.
/// </summary>
internal sealed class TaintLine
{
    private readonly LinkedList<string> _waiting = [];

    /// <summary>Null for a taken node.</summary>
    private readonly Dictionary<string, LinkedListNode<string>?> _known = new(StringComparer.Ordinal);

    private DateTimeOffset _free;

    /// <summary>Nodes per second; 0 for none.</summary>
    public double Rate { get; private set; } = ZoneRules.NormalRate;

    /// <summary>When the next node can be taken; null for none.</summary>
    public DateTimeOffset? Next => _waiting.Count > 0 && Rate > 0 ? _free : null;

    public void Add(string node)
    {
        if (!_known.ContainsKey(node))
            _known[node] = _waiting.AddLast(node);
    }

    public void MarkTaken(string node)
    {
        Remove(node);
        _known[node] = null;
    }

    public bool HasTaken(string node) => _known.TryGetValue(node, out LinkedListNode<string>? entry) && entry is null;

    public void Remove(string node)
    {
        if (_known.Remove(node, out LinkedListNode<string>? entry) && entry is not null)
            _waiting.Remove(entry);
    }

    public string? Take(DateTimeOffset now)
    {
        if (_waiting.First is not { } first || !Spend(now))
            return null;
        _waiting.RemoveFirst();
        _known[first.Value] = null;
        return first.Value;
    }

    /// <summary>Changes the rate. If the former rate allowed no node at this time, the new interval starts now.</summary>
    public void ChangeRate(double rate, DateTimeOffset now)
    {
        if (Rate == rate)
            return;
        bool isFree = Spend(now);
        Rate = rate;
        _free = isFree || rate == 0 ? now : now + Interval;
    }

    private TimeSpan Interval => TimeSpan.FromSeconds(1 / Rate);

    private bool Spend(DateTimeOffset now)
    {
        if (Rate == 0 || now < _free)
            return false;
        _free = now + Interval;
        return true;
    }
}

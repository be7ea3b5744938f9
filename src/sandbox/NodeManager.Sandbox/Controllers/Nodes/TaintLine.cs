namespace NodeManager.Sandbox.Controllers.Nodes;

/// <summary>
/// The nodes of a zone that wait for their NoExecute taint, first come, first served, at a limited rate: the first one immediately,
/// each further one after the rate's interval. A node taken from it does not return before it is removed.
/// </summary>
internal sealed class TaintLine
{
    private readonly LinkedList<string> _waiting = [];

    /// <summary>Null for a node that was taken.</summary>
    private readonly Dictionary<string, LinkedListNode<string>?> _known = new(StringComparer.Ordinal);

    private DateTimeOffset _free;

    /// <summary>Nodes per second; 0 for none.</summary>
    public double Rate { get; private set; } = ZoneRules.NormalRate;

    /// <summary>When the next node can be taken; null if none waits or none may go.</summary>
    public DateTimeOffset? Next => _waiting.Count > 0 && Rate > 0 ? _free : null;

    /// <summary>Adds a node that is not known yet.</summary>
    public void Add(string node)
    {
        if (!_known.ContainsKey(node))
            _known[node] = _waiting.AddLast(node);
    }

    /// <summary>Notes a node as taken.</summary>
    public void Note(string node)
    {
        Remove(node);
        _known[node] = null;
    }

    /// <summary>True for a node that was taken and not removed since.</summary>
    public bool HasTaken(string node) => _known.TryGetValue(node, out LinkedListNode<string>? entry) && entry is null;

    public void Remove(string node)
    {
        if (_known.Remove(node, out LinkedListNode<string>? entry) && entry is not null)
            _waiting.Remove(entry);
    }

    /// <summary>The next node if the rate allows one now.</summary>
    public string? Take(DateTimeOffset now)
    {
        if (_waiting.First is not { } first || !Spend(now))
            return null;
        _waiting.RemoveFirst();
        _known[first.Value] = null;
        return first.Value;
    }

    /// <summary>Goes on at another rate. Where the former rate allowed none at this moment, the new one starts with its full interval.</summary>
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

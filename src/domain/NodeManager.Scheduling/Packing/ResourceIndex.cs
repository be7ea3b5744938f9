namespace NodeManager.Scheduling.Packing;

/// <summary>
/// Amounts as integers in a fixed order, for fast comparisons: cores in millicores, all others in their unit. Requests are rounded up,
/// capacities down.
/// </summary>
internal sealed class ResourceIndex
{
    public const int Cpu = 0,
        Memory = 1,
        Pods = 2;

    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal)
    {
        ["cpu"] = Cpu,
        ["memory"] = Memory,
        ["pods"] = Pods,
    };

    public int Count => _indexes.Count;

    /// <summary>The indexes of resources beyond those that each machine has.</summary>
    public IEnumerable<int> Devices =>
        _indexes.Where(static one => one.Key.Contains('/', StringComparison.Ordinal)).Select(static one => one.Value);

    public void AddNames(IEnumerable<string> names)
    {
        foreach (string name in names)
            _indexes.TryAdd(name, _indexes.Count);
    }

    public long[] Needed(IReadOnlyDictionary<string, decimal> amounts, int pods)
    {
        long[] vector = new long[Count];
        foreach ((string name, decimal amount) in amounts)
            if (_indexes.TryGetValue(name, out int index))
                vector[index] = Whole(Math.Ceiling(Scaled(index, amount)));
        vector[Pods] += pods;
        return vector;
    }

    public long[] Offered(Func<string, decimal> amountOf)
    {
        long[] vector = new long[Count];
        foreach ((string name, int index) in _indexes)
            vector[index] = Whole(Math.Floor(Scaled(index, amountOf(name))));
        return vector;
    }

    private static decimal Scaled(int index, decimal amount) => index == Cpu ? Math.Clamp(amount, -1e15m, 1e15m) * 1000 : amount;

    private static long Whole(decimal amount) => (long)Math.Clamp(amount, -4e18m, 4e18m);
}

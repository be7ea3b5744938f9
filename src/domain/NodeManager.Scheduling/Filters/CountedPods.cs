namespace NodeManager.Scheduling.Filters;

/// <summary>
/// Pods that all counting rules treat equally, with the counts that include them. The matching counts are cached: of hundreds in a large
/// cluster, a moved pod concerns a few.
/// </summary>
internal sealed class CountedPods(PodState example)
{
    private readonly List<PodCounts> _countedBy = [];
    private int _compared;

    public PodState Example => example;

    public HashSet<PodState> Placed { get; } = [];

    /// <param name="all">All counts; later calls pass the same list, which only grows.</param>
    public List<PodCounts> CountedBy(List<PodCounts> all)
    {
        for (; _compared < all.Count; _compared++)
            if (all[_compared].Counts(example))
                _countedBy.Add(all[_compared]);
        return _countedBy;
    }
}

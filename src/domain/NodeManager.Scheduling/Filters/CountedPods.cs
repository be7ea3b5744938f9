namespace NodeManager.Scheduling.Filters;

/// <summary>
/// Pods that are alike to the rules that count pods: the same counts count all of them. Which counts these are is found once, and later only
/// for new counts: of the hundreds that a large cluster needs, a pod that moves concerns a few.
/// </summary>
internal sealed class CountedPods(PodState example)
{
    private readonly List<PodCounts> _countedBy = [];
    private int _compared;

    public PodState Example => example;

    /// <summary>Those that are on a node.</summary>
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

namespace NodeManager.Scheduling.Scoring;

/// <summary>NodeResourcesBalancedAllocation's score: resources should be used evenly.</summary>
internal sealed class BalancedRule : IScoreRule
{
    private const int Few = 8;

    private readonly IReadOnlyList<string> _resources;
    private readonly int _minorVersion;
    private readonly long[] _requests;

    public BalancedRule(Pod pod, IReadOnlyList<string> resources, int minorVersion)
    {
        _resources = resources;
        _minorVersion = minorVersion;
        IReadOnlyDictionary<string, decimal> own = PodRequests.Of(pod.Spec, null, IsOld ? PodRequests.Assumed : null);
        _requests = [.. resources.Select(resource => Scores.Whole(resource, own.GetValueOrDefault(resource)))];
    }

    private bool IsOld => _minorVersion <= 20;

    /// <summary>Since 1.33 not for pods without requests: they would all go to the same node.</summary>
    public long[]? Score(IReadOnlyList<NodeState> nodes) =>
        _minorVersion >= 33 && Array.TrueForAll(_requests, amount => amount == 0) ? null : [.. nodes.Select(Score)];

    private long Score(NodeState node)
    {
        Span<double> with = _requests.Length <= Few ? stackalloc double[Few] : new double[_requests.Length];
        Span<double> without = _requests.Length <= Few ? stackalloc double[Few] : new double[_requests.Length];
        int count = 0;
        for (int index = 0; index < _requests.Length; index++)
        {
            string resource = _resources[index];
            if (_requests[index] == 0 && Scores.IsScalar(resource))
                continue;
            long capacity = Scores.Whole(resource, node.Allocatable(resource));
            if (capacity == 0 && !IsOld)
                continue;
            long taken = Scores.Whole(resource, IsOld && resource is "cpu" or "memory" ? node.Assumed(resource) : node.Requested(resource));
            with[count] = capacity == 0 ? 1 : (double)(taken + _requests[index]) / capacity;
            without[count] = capacity == 0 ? 1 : (double)taken / capacity;
            count++;
        }

        with = with[..count];
        without = without[..count];
        if (IsOld)
            return with.ContainsAnyInRange(1, double.MaxValue) ? 0 : (long)((1 - Math.Abs(with[0] - with[1])) * Scores.Maximum);
        // Since 1.36 the change counts, not the state.
        return _minorVersion >= 36 ? (Scores.Maximum / 2) + (((Scores.Maximum / 2) + Balance(with) - Balance(without)) / 2) : Balance(with);
    }

    private static long Balance(Span<double> used)
    {
        foreach (ref double fraction in used)
            fraction = Math.Min(1, fraction);
        double deviation = used.Length switch
        {
            0 or 1 => 0,
            2 => Math.Abs((used[0] - used[1]) / 2),
            _ => Deviation(used),
        };
        return (long)((1 - deviation) * Scores.Maximum);
    }

    private static double Deviation(ReadOnlySpan<double> fractions)
    {
        double sum = 0,
            squares = 0;
        foreach (double fraction in fractions)
            sum += fraction;
        double mean = sum / fractions.Length;
        foreach (double fraction in fractions)
            squares += (fraction - mean) * (fraction - mean);
        return Math.Sqrt(squares / fractions.Length);
    }
}

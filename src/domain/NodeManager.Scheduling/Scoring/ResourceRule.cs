namespace NodeManager.Scheduling.Scoring;

/// <summary>NodeResourcesFit's score: how full the node would be.</summary>
internal sealed class ResourceRule : IScoreRule
{
    private const long Full = 100;

    private readonly ResourceScoring _scoring;
    private readonly int _minorVersion;
    private readonly long[] _requests;

    public ResourceRule(Pod pod, ResourceScoring scoring, int minorVersion)
    {
        _scoring = scoring;
        _minorVersion = minorVersion;
        IReadOnlyDictionary<string, decimal> assumed = PodRequests.Of(pod.Spec, null, PodRequests.Assumed);
        _requests = [.. scoring.Resources.Select(resource => Scores.Whole(resource.Key, assumed.GetValueOrDefault(resource.Key)))];
    }

    public long[] Score(IReadOnlyList<NodeState> nodes) => [.. nodes.Select(Score)];

    private long Score(NodeState node)
    {
        long sum = 0;
        long weights = 0;
        for (int index = 0; index < _requests.Length; index++)
        {
            (string resource, long weight) = _scoring.Resources[index];
            if (_requests[index] == 0 && Scores.IsScalar(resource))
                continue;
            long capacity = Scores.Whole(resource, node.Allocatable(resource));
            if (capacity == 0)
                continue;
            decimal taken = resource is "cpu" or "memory" ? node.Assumed(resource) : node.Requested(resource);
            long score = Score(Scores.Whole(resource, taken) + _requests[index], capacity);
            // With a shape, resources that score nothing do not reduce the average.
            if (_scoring.Type == ResourceScoring.RequestedToCapacityRatio && score <= 0)
                continue;
            sum += score * weight;
            weights += weight;
        }
        if (weights == 0)
            return 0;
        return _scoring.Type == ResourceScoring.RequestedToCapacityRatio
            ? (long)Math.Round((double)sum / weights, MidpointRounding.AwayFromZero)
            : sum / weights;
    }

    private long Score(long requested, long capacity) =>
        _scoring.Type switch
        {
            ResourceScoring.MostAllocated when requested > capacity => _minorVersion <= 22 ? 0 : Scores.Maximum,
            ResourceScoring.MostAllocated => requested * Scores.Maximum / capacity,
            ResourceScoring.RequestedToCapacityRatio => OnShape(Utilization(requested, capacity)),
            _ => requested > capacity ? 0 : (capacity - requested) * Scores.Maximum / capacity,
        };

    /// <summary>In whole percent: up to 1.22 rounded up, since then truncated.</summary>
    private long Utilization(long requested, long capacity) =>
        requested > capacity ? Full
        : _minorVersion <= 22 ? Full - ((capacity - requested) * Full / capacity)
        : requested * Full / capacity;

    private long OnShape(long utilization)
    {
        IReadOnlyList<KeyValuePair<long, long>> shape = _scoring.Shape;
        for (int index = 0; index < shape.Count; index++)
        {
            if (utilization > shape[index].Key)
                continue;
            if (index == 0)
                return shape[0].Value * 10;
            (long fromUtilization, long fromScore) = shape[index - 1];
            (long toUtilization, long toScore) = shape[index];
            return (fromScore * 10) + ((toScore - fromScore) * 10 * (utilization - fromUtilization) / (toUtilization - fromUtilization));
        }
        return shape.Count == 0 ? 0 : shape[^1].Value * 10;
    }
}

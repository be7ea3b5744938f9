namespace NodeManager.Scheduling.Filters;

/// <summary>Rejects nodes without the requested resources.</summary>
internal sealed class NodeResourcesFit(Pod pod, IReadOnlySet<string> ignored) : INodeFilter
{
    private readonly List<KeyValuePair<string, decimal>> _requests =
    [
        .. PodRequests
            .Of(pod.Spec)
            .Where(request => request.Value > 0 && !IsIgnored(request.Key, ignored))
            .OrderBy(request => Rank(request.Key))
            .ThenBy(request => request.Key, StringComparer.Ordinal),
    ];

    // In a full cluster most nodes share a few results: each is created once.
    private readonly Dictionary<(int Missing, bool IsResolvable), FitResult> _refusals = [];

    public FitResult Evaluate(NodeState node)
    {
        int missing = node.Pods.Count + 1 > node.Allocatable("pods") ? 1 : 0;
        bool isResolvable = true;
        for (int index = 0; index < _requests.Count; index++)
        {
            (string name, decimal amount) = _requests[index];
            decimal allocatable = node.Allocatable(name);
            if (amount <= allocatable - node.Requested(name))
                continue;
            missing |= 2 << index;
            isResolvable &= amount <= allocatable;
        }

        if (missing == 0)
            return FitResult.Fits;
        if (!_refusals.TryGetValue((missing, isResolvable), out FitResult? refusal))
            _refusals.Add((missing, isResolvable), refusal = new(FitVerdict.DoesNotFit, Reasons(missing), isResolvable));
        return refusal;
    }

    private List<string> Reasons(int missing)
    {
        List<string> reasons = (missing & 1) == 0 ? [] : ["Too many pods"];
        for (int index = 0; index < _requests.Count; index++)
            if ((missing & (2 << index)) != 0)
                reasons.Add($"Insufficient {_requests[index].Key}");
        return reasons;
    }

    /// <summary>A resource may be ignored by its name, or by its group: <c>example.com</c> of <c>example.com/gpu</c>.</summary>
    private static bool IsIgnored(string resource, IReadOnlySet<string> ignored) =>
        resource.Contains('/', StringComparison.Ordinal)
        && (ignored.Contains(resource) || ignored.Contains(resource[..resource.IndexOf('/', StringComparison.Ordinal)]));

    private static int Rank(string name) =>
        name switch
        {
            "cpu" => 0,
            "memory" => 1,
            "ephemeral-storage" => 2,
            _ => 3,
        };
}

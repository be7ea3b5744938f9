namespace NodeManager.Scheduling;

/// <summary>The reservations of a node's pods.</summary>
/// <param name="Pods">The number of active pods.</param>
/// <param name="Requests">Exact amounts by resource name.</param>
public sealed record NodeAllocation(int Pods, IReadOnlyDictionary<string, decimal> Requests)
{
    public static NodeAllocation None { get; } = new(0, new AmountList());

    /// <summary>The sum over pods of one node.</summary>
    public static NodeAllocation Of(IEnumerable<Pod> pods)
    {
        int count = 0;
        AmountList sum = new();
        foreach (Pod pod in pods)
        {
            if (pod.IsFinished())
                continue;
            count++;
            sum.Add(PodRequests.ListOf(pod));
        }
        return new(count, sum);
    }

    /// <summary>The sums by node; unscheduled pods do not count.</summary>
    public static IReadOnlyDictionary<string, NodeAllocation> ByNode(IEnumerable<Pod> pods) =>
        pods.Where(pod => !string.IsNullOrEmpty(pod.Spec.NodeName))
            .GroupBy(pod => pod.Spec.NodeName!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, Of, StringComparer.Ordinal);

    /// <summary>The reserved amount; <c>pods</c> is the count.</summary>
    public decimal this[string resource] => resource == "pods" ? Pods : Requests.GetValueOrDefault(resource);
}

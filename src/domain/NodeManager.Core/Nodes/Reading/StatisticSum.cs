namespace NodeManager.Core.Nodes.Reading;

public static class StatisticSum
{
    /// <param name="grouping">Without groups there is one statistic, also for no nodes.</param>
    /// <param name="hasMetrics">True if the cluster reports metrics.</param>
    public static IReadOnlyList<ClusterStatistic> Of(
        NodeManagerSession session,
        NodeGrouping grouping,
        IReadOnlyList<ClusterNode> nodes,
        bool hasMetrics
    )
    {
        if (grouping.Name.Length == 0)
            return [Sum(session, grouping, "", nodes, hasMetrics)];
        return
        [
            .. nodes
                .SelectMany(n => grouping.GroupsOf(n).Select(g => (Group: g, Node: n)))
                .GroupBy(e => e.Group, e => e.Node, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => Sum(session, grouping, g.Key, [.. g], hasMetrics)),
        ];
    }

    private static ClusterStatistic Sum(
        NodeManagerSession session,
        NodeGrouping grouping,
        string group,
        IReadOnlyList<ClusterNode> nodes,
        bool hasMetrics
    )
    {
        Dictionary<string, decimal> capacity = Add(nodes, n => n.Capacity);
        Dictionary<string, decimal> allocatable = Add(nodes, n => n.Allocatable);
        Dictionary<string, decimal> requested = Add(nodes, n => n.Requested ?? new());
        NodeUsage? used = hasMetrics ? Used(nodes, allocatable) : null;
        return new()
        {
            Cluster = session.Cluster,
            Session = session,
            Group = group,
            GroupBy = grouping.Name,
            Nodes = nodes.Count,
            Ready = nodes.Count(n => n.Is(NodeStatus.Ready)),
            NotReady = nodes.Count(n => n.Is(NodeStatus.NotReady)),
            Cordoned = nodes.Count(n => n.Is(NodeStatus.Cordoned)),
            Pods = nodes.Sum(n => n.PodCount ?? 0),
            Capacity = capacity.ToNodeResources(),
            Allocatable = allocatable.ToNodeResources(),
            Requested = requested.ToNodeResources(),
            Used = used,
            Resources = new([.. Names(capacity, allocatable, requested).Select(n => Row(n, capacity, allocatable, requested, used))]),
        };
    }

    // Common resources first, then the others by name, if a node has any: kubelets report page sizes with amount zero.
    private static IEnumerable<string> Names(params Dictionary<string, decimal>[] amounts)
    {
        string[] first = [ResourceAmounts.Cpu, ResourceAmounts.Memory, ResourceAmounts.Pods, ResourceAmounts.EphemeralStorage];
        return first.Concat(
            amounts.SelectMany(a => a).Where(a => a.Value != 0).Select(a => a.Key).Except(first).Order(StringComparer.Ordinal)
        );
    }

    private static ResourceStatistic Row(
        string name,
        Dictionary<string, decimal> capacity,
        Dictionary<string, decimal> allocatable,
        Dictionary<string, decimal> requested,
        NodeUsage? used
    )
    {
        decimal whole = allocatable.GetValueOrDefault(name);
        decimal wanted = requested.GetValueOrDefault(name);
        decimal? actual = name switch
        {
            ResourceAmounts.Cpu => used?.Cpu,
            ResourceAmounts.Memory => used?.Memory,
            _ => null,
        };
        return new()
        {
            Name = name,
            Capacity = capacity.GetValueOrDefault(name),
            Allocatable = whole,
            Requested = wanted,
            RequestedPercent = ResourceAmounts.Percent(wanted, whole),
            Used = actual,
            UsedPercent = actual is { } amount ? ResourceAmounts.Percent(amount, whole) : null,
        };
    }

    private static NodeUsage Used(IReadOnlyList<ClusterNode> nodes, Dictionary<string, decimal> allocatable)
    {
        List<NodeUsage> usages = [.. nodes.Select(n => n.Usage).OfType<NodeUsage>()];
        decimal cpu = usages.Sum(u => u.Cpu);
        long memory = usages.Sum(u => u.Memory);
        return new()
        {
            Cpu = cpu,
            Memory = memory,
            CpuPercent = ResourceAmounts.Percent(cpu, allocatable.GetValueOrDefault(ResourceAmounts.Cpu)),
            MemoryPercent = ResourceAmounts.Percent(memory, allocatable.GetValueOrDefault(ResourceAmounts.Memory)),
            // The total is no newer than its oldest part.
            MeasuredAt = usages.Min(u => u.MeasuredAt),
            Age = usages.Max(u => u.Age),
        };
    }

    private static Dictionary<string, decimal> Add(IReadOnlyList<ClusterNode> nodes, Func<ClusterNode, NodeResources> amounts)
    {
        var sum = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (ClusterNode node in nodes)
        foreach ((string name, decimal amount) in amounts(node).Entries())
            sum[name] = sum.GetValueOrDefault(name) + amount;
        return sum;
    }
}

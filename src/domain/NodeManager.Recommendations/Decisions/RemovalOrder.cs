using NodeManager.Drains.Decisions;

namespace NodeManager.Recommendations.Decisions;

/// <summary>An order in which a node's pods are evicted and placed. The actual order depends on timing.</summary>
/// <param name="AllFirst">True: all pods leave before the first is placed. False: each is placed before the next leaves.</param>
/// <param name="Random">Chooses among equally good nodes at random, as the scheduler does; null: by name.</param>
/// <param name="AnyNode">
/// Chooses any node that fits at random: other events in a cluster change scores, and after several removals the pods may be anywhere.
/// </param>
internal sealed record RemovalOrder(Func<IReadOnlyList<Pod>, IEnumerable<Pod>> Sort, bool AllFirst, Random? Random, bool AnyNode = false)
{
    /// <summary>The number of random orders in a small cluster.</summary>
    private const int MaximumRandomOrders = 18;

    /// <summary>The orders to try. The first is a drain's own.</summary>
    /// <param name="nodes">Nodes in the cluster: with more nodes, each placement matters less, and each order takes longer.</param>
    public static IReadOnlyList<RemovalOrder> All(int seed, int nodes)
    {
        Random shuffle = new(seed),
            another = new(seed + 1);
        int byChance = Math.Clamp(600 / Math.Max(1, nodes), 2, MaximumRandomOrders);
        return
        [
            new(ByTurn, false, null),
            new(static pods => ByTurn(pods).Reverse(), false, new(seed + 2)),
            new(static pods => pods.OrderByDescending(Size).ThenBy(Name, StringComparer.Ordinal), true, new(seed + 3)),
            new(static pods => pods.OrderBy(Size).ThenBy(Name, StringComparer.Ordinal), true, new(seed + 4)),
            new(pods => pods.OrderBy(_ => shuffle.Next()), true, new(seed + 5)),
            new(pods => pods.OrderBy(_ => another.Next()), false, new(seed + 6)),
            .. Enumerable.Range(0, byChance).Select(i => ByChance(new(seed + 100 + i), i % 2 == 0)),
        ];
    }

    private static RemovalOrder ByChance(Random random, bool allFirst) =>
        new(pods => pods.OrderBy(_ => random.Next()), allFirst, random, AnyNode: true);

    private static IEnumerable<Pod> ByTurn(IReadOnlyList<Pod> pods)
    {
        IReadOnlyDictionary<string, DrainTurn> turns = DrainOrder.Of(pods);
        return pods.OrderBy(pod => turns[pod.Uid()]).ThenBy(Name, StringComparer.Ordinal);
    }

    private static string Name(Pod pod) => pod.Key();

    private static decimal Size(Pod pod) =>
        PodRequests.Of(pod) is var requests
            ? requests.GetValueOrDefault("cpu") + (requests.GetValueOrDefault("memory") / (4m * (1L << 30)))
            : 0;
}

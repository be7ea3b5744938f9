using NodeManager.Core.Drain.Rules;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Core.Recommendations.Rules;

/// <summary>An order in which a node's pods are evicted and placed again. Which comes about depends on who is faster.</summary>
/// <param name="Sort">The pods in their order.</param>
/// <param name="AllFirst">All pods leave before the first is placed; else each is placed before the next leaves.</param>
/// <param name="Random">Takes one of equally good nodes by chance, as the scheduler does; null: by name.</param>
internal sealed record RemovalOrder(Func<IReadOnlyList<Pod>, IEnumerable<Pod>> Sort, bool AllFirst, Random? Random)
{
    /// <summary>Those that are tried. The first is a drain's own.</summary>
    public static IReadOnlyList<RemovalOrder> All(int seed)
    {
        Random shuffle = new(seed), another = new(seed + 1);
        return
        [
            new(ByTurn, false, null),
            new(static pods => ByTurn(pods).Reverse(), false, new(seed + 2)),
            new(static pods => pods.OrderByDescending(Size).ThenBy(Name, StringComparer.Ordinal), true, new(seed + 3)),
            new(static pods => pods.OrderBy(Size).ThenBy(Name, StringComparer.Ordinal), true, new(seed + 4)),
            new(pods => pods.OrderBy(_ => shuffle.Next()), true, new(seed + 5)),
            new(pods => pods.OrderBy(_ => another.Next()), false, new(seed + 6)),
        ];
    }

    private static IEnumerable<Pod> ByTurn(IReadOnlyList<Pod> pods)
    {
        IReadOnlyDictionary<string, DrainTurn> turns = DrainOrder.Of(pods);
        return pods.OrderBy(pod => turns[pod.Uid()]).ThenBy(Name, StringComparer.Ordinal);
    }

    private static string Name(Pod pod) => pod.Key();

    private static decimal Size(Pod pod) => PodRequests.Of(pod) is var requests ? requests.GetValueOrDefault("cpu") + (requests.GetValueOrDefault("memory") / (4m * (1L << 30))) : 0;
}

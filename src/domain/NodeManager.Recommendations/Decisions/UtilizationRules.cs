using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Recommendations.Decisions;

/// <summary>How full nodes are together. Pure.</summary>
public static class UtilizationRules
{
    public static IReadOnlyList<string> Resources { get; } = [ResourceAmounts.Cpu, ResourceAmounts.Memory];

    /// <summary>Percent that pods request of the nodes.</summary>
    /// <param name="nodes">The active ones.</param>
    /// <param name="resource">Which.</param>
    /// <param name="more">What further pods request.</param>
    /// <param name="added">What further nodes offer.</param>
    public static decimal? Requested(IReadOnlyCollection<ScaleNode> nodes, string resource, decimal more = 0, decimal added = 0) =>
        ResourceAmounts.Percent(nodes.Sum(n => n.Requested(resource)) + more, nodes.Sum(n => n.Allocatable(resource)) + added);

    /// <summary>Percent that the nodes use, of those whose usage is known; null where it is known of none.</summary>
    public static decimal? Used(IReadOnlyCollection<ScaleNode> nodes, string resource, decimal added = 0)
    {
        List<ScaleNode> known = [.. nodes.Where(n => n.Used(resource) is not null)];
        return known.Count == 0
            ? null
            : ResourceAmounts.Percent(known.Sum(n => n.Used(resource)!.Value), known.Sum(n => n.Allocatable(resource)) + added);
    }

    /// <summary>Percent of the others after a node has gone whose pods and load come to them.</summary>
    public static (decimal? Requested, decimal? Used) Without(
        IReadOnlyCollection<ScaleNode> nodes,
        IReadOnlySet<string> gone,
        string resource
    )
    {
        List<ScaleNode> left = [.. nodes.Where(n => !gone.Contains(n.Name))],
            leaving = [.. nodes.Where(n => gone.Contains(n.Name))];
        decimal allocatable = left.Sum(n => n.Allocatable(resource));
        decimal requested = left.Sum(n => n.Requested(resource)) + leaving.Sum(n => n.Movable(resource));
        bool isKnown = nodes.Any(n => n.Used(resource) is not null);
        return (
            ResourceAmounts.Percent(requested, allocatable),
            isKnown ? ResourceAmounts.Percent(nodes.Sum(n => n.Used(resource) ?? 0), allocatable) : null
        );
    }
}

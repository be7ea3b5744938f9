using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Recommendations.Decisions;

/// <summary>Computes the utilization of nodes together.</summary>
public static class UtilizationRules
{
    public static IReadOnlyList<string> Resources { get; } = [ResourceAmounts.Cpu, ResourceAmounts.Memory];

    /// <summary>The percentage requested by pods.</summary>
    /// <param name="more">Requests of further pods.</param>
    /// <param name="added">Capacity of further nodes.</param>
    public static decimal? Requested(IReadOnlyCollection<ScaleNode> nodes, string resource, decimal more = 0, decimal added = 0) =>
        ResourceAmounts.Percent(nodes.Sum(n => n.Requested(resource)) + more, nodes.Sum(n => n.Allocatable(resource)) + added);

    /// <summary>The percentage in use, of nodes with known usage; null if there are none.</summary>
    public static decimal? Used(IReadOnlyCollection<ScaleNode> nodes, string resource, decimal added = 0)
    {
        List<ScaleNode> known = [.. nodes.Where(n => n.Used(resource) is not null)];
        return known.Count == 0
            ? null
            : ResourceAmounts.Percent(known.Sum(n => n.Used(resource)!.Value), known.Sum(n => n.Allocatable(resource)) + added);
    }

    /// <summary>The percentages of the other nodes after a node was removed and its load moved to them.</summary>
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

using NodeManager.Core.Progress;

namespace NodeManager.Maintenance.Planning;

/// <summary>The warnings of a run before its first change.</summary>
internal static class FleetForecast
{
    private const int MostNodes = 10;

    /// <summary>A warning for each node that cannot succeed, and one for all pods without a place.</summary>
    /// <param name="nodes">In their order.</param>
    public static IReadOnlyList<string> Warnings(IReadOnlyList<(string Node, NodeForecast Forecast)> nodes)
    {
        List<string> warnings = [];
        warnings.AddRange(
            Of(
                [.. nodes.Where(n => n.Forecast.Obstacles.Count > 0).Select(n => (n.Node, n.Forecast.Obstacles))],
                "cannot be drained",
                " The plan lists the reasons."
            )
        );
        warnings.AddRange(
            Of(
                [.. nodes.Where(n => n.Forecast is { Obstacles: [], Risks.Count: > 0 }).Select(n => (n.Node, n.Forecast.Risks))],
                "might not drain completely",
                ""
            )
        );
        string[] stranded = [.. nodes.SelectMany(n => n.Forecast.Stranded.Select(pod => $"{pod} ({n.Node})"))];
        if (stranded.Length > 0)
            warnings.Add(
                $"{(stranded.Length == 1 ? "1 pod fits" : $"{stranded.Length} pods fit")} on no other node and will be Pending until the node is back: {NameList.Of(stranded)}."
            );
        return warnings;
    }

    // The first nodes with their reasons, the others by name.
    private static IEnumerable<string> Of(List<(string Node, IReadOnlyList<string> Reasons)> nodes, string outlook, string hint)
    {
        foreach ((string node, IReadOnlyList<string> reasons) in nodes.Take(MostNodes))
            yield return $"Node {node} {outlook}: {string.Join(" ", reasons)}";
        if (nodes.Count > MostNodes)
            yield return $"{nodes.Count - MostNodes} more nodes {outlook}: {NameList.Of(nodes.Skip(MostNodes).Select(n => n.Node))}.{hint}";
    }
}

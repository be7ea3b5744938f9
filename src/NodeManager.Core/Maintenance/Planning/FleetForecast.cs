using NodeManager.Core.Operations;

namespace NodeManager.Core.Maintenance.Planning;

/// <summary>What a run says before it touches the first node. Pure.</summary>
internal static class FleetForecast
{
    private const int MostNodes = 10;

    /// <summary>A warning for each node that will not get through as things are, and one for all pods without a place.</summary>
    /// <param name="nodes">In their order, with what is foreseen.</param>
    public static IReadOnlyList<string> Warnings(IReadOnlyList<(string Node, NodeForecast Forecast)> nodes)
    {
        List<string> warnings = [];
        List<(string Node, NodeForecast Forecast)> blocked = [.. nodes.Where(n => n.Forecast.Obstacles.Count > 0)];
        warnings.AddRange(blocked.Take(MostNodes).Select(n => $"Node {n.Node} cannot be drained as things are: {string.Join(" ", n.Forecast.Obstacles)}"));
        if (blocked.Count > MostNodes)
            warnings.Add($"{blocked.Count - MostNodes} more nodes cannot be drained as things are: {NameList.Of(blocked.Skip(MostNodes).Select(n => n.Node))}. -WhatIf shows why.");
        warnings.AddRange(nodes.Where(n => n.Forecast is { Obstacles: [], Risks.Count: > 0 }).Take(MostNodes)
            .Select(n => $"Node {n.Node} may not be drained: {string.Join(" ", n.Forecast.Risks)}"));
        string[] stranded = [.. nodes.SelectMany(n => n.Forecast.Stranded.Select(pod => $"{pod} ({n.Node})"))];
        if (stranded.Length > 0)
            warnings.Add($"{(stranded.Length == 1 ? "1 pod fits" : $"{stranded.Length} pods fit")} on no other node and will be Pending until the node is back: {NameList.Of(stranded)}.");
        return warnings;
    }
}

using System.Globalization;
using NodeManager.NodePools.Documents;

namespace NodeManager.NodePools.Validation;

/// <summary>The effects of changed fields on a pool's nodes: certain for a known controller, else Unknown.</summary>
public static class PoolChangeRules
{
    private const string ForeignReplaces = "the service decides whether nodes are replaced";
    private const string ForeignScales = "the service's autoscaler decides how many nodes there are";

    // The strongest first.
    private static readonly string[] Order =
    [
        NodePoolEffect.RecreatesNodes,
        NodePoolEffect.RollsNodes,
        NodePoolEffect.Unknown,
        NodePoolEffect.RemovesNodes,
        NodePoolEffect.AddsNodes,
        NodePoolEffect.InPlace,
    ];

    /// <param name="controller">Null for a third-party controller.</param>
    /// <param name="before">The current specification.</param>
    /// <param name="after">The new specification.</param>
    /// <param name="forecast">Null if the specifications alone decide.</param>
    public static IReadOnlyList<NodePoolFieldPlan> Judge(
        IPoolFormat format,
        IPoolController? controller,
        JsonObject before,
        JsonObject after,
        IReadOnlyList<NodeFieldChange> changes,
        int nodes,
        PoolForecast? forecast = null
    ) =>
        [
            .. changes.Select(change =>
            {
                (string effect, int? count, string reason) = format.ScalingFields.Contains(change.Field)
                    ? forecast is null
                        ? Scale(controller, before, after)
                        : Scale(forecast)
                    : Replace(controller, change.Field, Math.Min(nodes, forecast?.Nodes ?? DesiredNodes(controller, after) ?? nodes));
                return new NodePoolFieldPlan
                {
                    Field = change.Field,
                    Before = change.Before ?? "",
                    After = change.After ?? "",
                    Effect = effect,
                    Nodes = count,
                    Reason = reason,
                };
            }),
        ];

    /// <summary>The strongest of the effects; InPlace for none.</summary>
    public static string Strongest(IEnumerable<NodePoolFieldPlan> fields)
    {
        HashSet<string> effects = [.. fields.Select(static one => one.Effect)];
        return Array.Find(Order, effects.Contains) ?? NodePoolEffect.InPlace;
    }

    /// <summary>
    /// The final number of nodes for this specification; null if a third-party autoscaler or the service's default decides.
    /// </summary>
    public static int? DesiredNodes(IPoolController? controller, JsonObject spec) =>
        controller is not null ? controller.DesiredNodes(spec)
        : spec.Object(PoolFields.Autoscaling).Flag("enabled") == true ? null
        : spec.Integer(PoolFields.NodeCount);

    private static (string Effect, int? Nodes, string Reason) Scale(IPoolController? controller, JsonObject before, JsonObject after)
    {
        if (DesiredNodes(controller, before) is not { } had || DesiredNodes(controller, after) is not { } wants)
            return (NodePoolEffect.Unknown, null, ForeignScales);
        string counts = string.Create(CultureInfo.InvariantCulture, $"{had} to {wants} nodes");
        return wants > had ? (NodePoolEffect.AddsNodes, wants - had, counts)
            : wants < had ? (NodePoolEffect.RemovesNodes, had - wants, counts)
            : (NodePoolEffect.InPlace, 0, string.Create(CultureInfo.InvariantCulture, $"the pool keeps {wants} nodes"));
    }

    private static (string Effect, int? Nodes, string Reason) Scale(PoolForecast forecast) =>
        forecast.Removed.Count > 0 ? (NodePoolEffect.RemovesNodes, forecast.Removed.Count, forecast.Reason)
        : forecast.Added > 0 ? (NodePoolEffect.AddsNodes, forecast.Added, forecast.Reason)
        : (NodePoolEffect.InPlace, 0, forecast.Reason);

    private static (string Effect, int? Nodes, string Reason) Replace(IPoolController? controller, string field, int nodes)
    {
        if (controller is null)
            return (NodePoolEffect.Unknown, null, ForeignReplaces);
        string effect = controller.EffectOf(field);
        return effect is not (NodePoolEffect.RollsNodes or NodePoolEffect.RecreatesNodes) ? (effect, 0, controller.ReasonOf(field))
            : nodes == 0 ? (NodePoolEffect.InPlace, 0, "the pool has no nodes")
            : (effect, nodes, "");
    }
}

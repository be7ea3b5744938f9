using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Recommendations.Decisions;

/// <summary>The thresholds of a configuration, adjusted by the previous decision: see <see cref="RecommendationHistory"/>.</summary>
/// <param name="Before">Null: none.</param>
public sealed record ScaleThresholds(NodeManagerConfiguration Configuration, RecommendationHistory.Entry? Before)
{
    /// <summary>Above this share nodes are added.</summary>
    public decimal UpAbove =>
        Configuration.ScaleUpThreshold - (Before?.Action == NodeScaleAction.ScaleUp ? RecommendationHistory.Margin : 0);

    /// <summary>Below this share a node is removed.</summary>
    public decimal DownBelow => RemovalBelow(Before?.Action == NodeScaleAction.ScaleDown);

    /// <param name="wasBelow">True if the node, or a node, was below the threshold before.</param>
    public decimal RemovalBelow(bool wasBelow) => Configuration.ScaleDownThreshold + (wasBelow ? RecommendationHistory.Margin : 0);

    /// <summary>The target of additions and the limit of removals: clear of the threshold.</summary>
    public decimal Comfortable => Configuration.ScaleUpThreshold - RecommendationHistory.Margin;

    /// <summary>True if a node counts without a selector: all but the control plane.</summary>
    public static bool Covers(Node node) => !node.IsControlPlane();
}

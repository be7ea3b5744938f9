using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Recommendations.Decisions;

/// <summary>The thresholds of a configuration after what was decided before: see <see cref="RecommendationHistory"/>. Pure.</summary>
/// <param name="Configuration">Its thresholds and bounds.</param>
/// <param name="Before">The decision before; null: none.</param>
public sealed record ScaleThresholds(NodeManagerConfiguration Configuration, RecommendationHistory.Entry? Before)
{
    private static readonly string[] ControlPlaneRoles = ["control-plane", "master"];

    /// <summary>Above this share nodes are added.</summary>
    public decimal UpAbove =>
        Configuration.ScaleUpThreshold - (Before?.Action == NodeScaleAction.ScaleUp ? RecommendationHistory.Margin : 0);

    /// <summary>Below this share a node is removed.</summary>
    public decimal DownBelow =>
        Configuration.ScaleDownThreshold + (Before?.Action == NodeScaleAction.ScaleDown ? RecommendationHistory.Margin : 0);

    /// <summary>What additions come down to, and removals do not exceed: clear of the threshold.</summary>
    public decimal Comfortable => Configuration.ScaleUpThreshold - RecommendationHistory.Margin;

    /// <summary>Whether a node counts where no selector says so: all but those of the control plane.</summary>
    public static bool Covers(Node node) => !NodeMapper.RolesOf(node.Metadata.Labels ?? []).Any(ControlPlaneRoles.Contains);
}

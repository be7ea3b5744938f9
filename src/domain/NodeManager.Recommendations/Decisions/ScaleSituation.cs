using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Recommendations.Decisions;

/// <summary>The complete input of a recommendation. The same input gives the same recommendation.</summary>
internal sealed record ScaleSituation
{
    public required DateTimeOffset Now { get; init; }

    public required NodeManagerConfiguration Configuration { get; init; }

    public required IReadOnlyList<ScaleNode> Nodes { get; init; }

    public required ClusterSnapshot Snapshot { get; init; }

    /// <summary>Pending pods.</summary>
    public required IReadOnlyList<Pod> Waiting { get; init; }

    /// <summary>The PDBs that permanently block a pod of the node.</summary>
    public required Func<PlannedNode, IReadOnlyList<PodBudget>> Blocking { get; init; }

    /// <summary>False if usage is unknown, so that only requests count.</summary>
    public bool HasUsage { get; init; }

    /// <summary>The previous recommendation of the session; null: none.</summary>
    public RecommendationHistory.Entry? Before { get; init; }

    /// <summary>The seed of random orders of eviction.</summary>
    public int Seed { get; init; } = 1;

    public IReadOnlyList<ScaleNode> Active => [.. Nodes.Where(static n => n.IsActive)];

    /// <inheritdoc cref="ScaleThresholds.UpAbove"/>
    public decimal UpAbove => new ScaleThresholds(Configuration, Before).UpAbove;

    /// <inheritdoc cref="ScaleThresholds.DownBelow"/>
    public decimal DownBelow => new ScaleThresholds(Configuration, Before).DownBelow;

    /// <inheritdoc cref="ScaleThresholds.Comfortable"/>
    public decimal Comfortable => new ScaleThresholds(Configuration, Before).Comfortable;
}

using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Recommendations.Decisions;

/// <summary>Everything a recommendation rests on. The same situation gives the same recommendation.</summary>
internal sealed record ScaleSituation
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>The thresholds and bounds that hold.</summary>
    public required NodeManagerConfiguration Configuration { get; init; }

    /// <summary>The nodes that are looked at.</summary>
    public required IReadOnlyList<ScaleNode> Nodes { get; init; }

    /// <summary>The whole cluster.</summary>
    public required ClusterSnapshot Snapshot { get; init; }

    /// <summary>Pods without a node.</summary>
    public required IReadOnlyList<Pod> Waiting { get; init; }

    /// <summary>The PDBs that would never let a pod of the node go.</summary>
    public required Func<PlannedNode, IReadOnlyList<PodBudget>> Blocking { get; init; }

    /// <summary>False where no usage is known, so that requests alone count.</summary>
    public bool HasUsage { get; init; }

    /// <summary>What was recommended before in the session; null: nothing.</summary>
    public RecommendationHistory.Entry? Before { get; init; }

    /// <summary>Of the orders of eviction that chance decides.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Ready and schedulable ones.</summary>
    public IReadOnlyList<ScaleNode> Active => [.. Nodes.Where(static n => n.IsActive)];

    /// <inheritdoc cref="ScaleThresholds.UpAbove"/>
    public decimal UpAbove => new ScaleThresholds(Configuration, Before).UpAbove;

    /// <inheritdoc cref="ScaleThresholds.DownBelow"/>
    public decimal DownBelow => new ScaleThresholds(Configuration, Before).DownBelow;

    /// <inheritdoc cref="ScaleThresholds.Comfortable"/>
    public decimal Comfortable => new ScaleThresholds(Configuration, Before).Comfortable;
}

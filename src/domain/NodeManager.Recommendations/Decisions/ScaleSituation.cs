using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;

namespace NodeManager.Recommendations.Decisions;

/// <summary>The complete input of a recommendation. The same input gives the same recommendation.</summary>
internal sealed record ScaleSituation
{
    public required DateTimeOffset Now { get; init; }

    public required NodeManagerConfiguration Configuration { get; init; }

    /// <summary>The evaluated nodes.</summary>
    public required IReadOnlyList<ScaleNode> Nodes { get; init; }

    public required ClusterSnapshot Snapshot { get; init; }

    /// <summary>Pending pods.</summary>
    public required IReadOnlyList<Pod> Waiting { get; init; }

    public required BudgetReservations Budgets { get; init; }

    /// <summary>The PDBs with their outlook, by <c>namespace/name</c>.</summary>
    public IReadOnlyDictionary<string, PodBudget> Outlooks { get; init; } = new Dictionary<string, PodBudget>();

    /// <summary>By node name; empty: unknown, so that only requests count.</summary>
    public IReadOnlyDictionary<string, NodeUsage> Usage { get; init; } = new Dictionary<string, NodeUsage>();

    /// <summary>The locks of other operations by node UID.</summary>
    public IReadOnlyDictionary<string, NodeLock> Locks { get; init; } = new Dictionary<string, NodeLock>();

    /// <summary>The deletions that the user allows.</summary>
    public DrainOptions Allowed { get; init; } = new();

    /// <summary>The previous recommendation of the session; null: none.</summary>
    public RecommendationHistory.Entry? Before { get; init; }

    /// <summary>The seed of random orders of eviction.</summary>
    public int Seed { get; init; } = 1;

    public ScaleThresholds Thresholds => new(Configuration, Before);

    /// <summary>Names of the nodes that are being deleted.</summary>
    public HashSet<string> Leaving =>
        [.. Snapshot.Nodes.Where(static node => node.Node.Metadata.DeletionTimestamp is not null).Select(static node => node.Name)];

    /// <summary>The utilization of the evaluated nodes.</summary>
    /// <param name="snapshot">A clone of <see cref="Snapshot"/>, or the same.</param>
    public ThresholdShares Shares(ClusterSnapshot snapshot) =>
        new(Thresholds, Usage, Now, [.. Nodes.Select(node => snapshot.Node(node.Name)!)], [], Leaving);
}

/// <summary>An evaluated node.</summary>
/// <param name="Plan">The drain plan of the node.</param>
internal sealed record ScaleNode(RemovalCandidate Removal, PlannedNode Plan)
{
    public Node Node => Removal.Node.Node;

    public string Name => Removal.Node.Name;

    /// <summary>Ready and schedulable: it counts as capacity.</summary>
    public bool IsActive => Node.Is(NodeStatus.Ready) && !Node.Is(NodeStatus.Cordoned) && Node.Metadata.DeletionTimestamp is null;
}

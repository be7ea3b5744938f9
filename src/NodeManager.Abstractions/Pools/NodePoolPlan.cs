using System.Globalization;

namespace NodeManager;

/// <summary>The plan of a change of a node pool, before any request that changes it.</summary>
public sealed class NodePoolPlan : ClusterObject
{
    /// <summary>Empty for a pool that does not exist yet.</summary>
    public string PoolId { get; init; } = "";

    /// <summary>The name of the pool.</summary>
    public required string Pool { get; init; }

    /// <summary>A <see cref="NodePoolProvider"/>.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The namespace of the NodeSmithPool. Empty for pools of a service.</summary>
    public string Namespace { get; init; } = "";

    /// <summary><c>Create</c>, <c>Change</c> or <c>Delete</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The fields that change; empty for a pool that is so already.</summary>
    public ItemList<NodePoolFieldPlan> Fields { get; init; } = ItemList<NodePoolFieldPlan>.Empty;

    /// <summary>The strongest effect of all fields; see <see cref="NodePoolEffect"/>.</summary>
    public string Effect { get; init; } = NodePoolEffect.InPlace;

    /// <summary>The nodes that the pool has now.</summary>
    public int CurrentNodes { get; init; }

    /// <summary>The nodes that the pool would have. Null: the service decides.</summary>
    public int? DesiredNodes { get; init; }

    /// <summary>True where the controller's behavior is known. False: the service decides which nodes and pods are affected.</summary>
    public bool IsCertain { get; init; }

    /// <summary>The nodes that would be removed or replaced. Null: it cannot be known.</summary>
    public ItemList<string>? Nodes { get; init; }

    /// <summary>The pods that would move, with the decision that a drain of their nodes makes. Null: it cannot be known.</summary>
    public ItemList<NodeDrainPlanPod>? Pods { get; init; }

    /// <summary>The PDBs that refuse an eviction now, or when those before it are gone. Null: it cannot be known.</summary>
    public ItemList<PodBudget>? BlockingBudgets { get; init; }

    /// <summary>The blockers of drains, and what is uncertain.</summary>
    public ItemList<string> Warnings { get; init; } = ItemList<string>.Empty;

    /// <summary>How many pods would move. Null: it cannot be known.</summary>
    public int? MovingPods => Pods?.Count(static pod => pod.Decision == DrainDecision.Evict);

    /// <summary>The plan in one line.</summary>
    public string Summary
    {
        get
        {
            if (Action == "Change" && Fields.Count == 0)
                return "nothing to change";
            string nodes = Effect switch
            {
                NodePoolEffect.InPlace => "in place",
                NodePoolEffect.Unknown => "effect on nodes Unknown: the service decides",
                _ => string.Join(
                    ", ",
                    Counted
                        .Where(one => Fields.Any(changed => changed.Effect == one.Effect))
                        .Select(one => $"{one.Verb} {Count(Affected(one.Effect), "node")}")
                ),
            };
            string pods = Fields.Any(static one =>
                one.Effect is NodePoolEffect.RemovesNodes or NodePoolEffect.RollsNodes or NodePoolEffect.RecreatesNodes
            )
                ? MovingPods is { } moving
                    ? $", moves {Count(moving, "pod")}"
                    : ", pods Unknown"
                : "";
            string budgets = BlockingBudgets is { Count: > 0 } blocking
                ? $", blocked by {string.Join(", ", blocking.Select(static one => $"PDB {one.Namespace}/{one.Name}"))}"
                : "";
            return nodes + pods + budgets;
        }
    }

    public override string ToString() => $"{Pool}: {Summary}";

    private static IEnumerable<(string Effect, string Verb)> Counted =>
        [
            (NodePoolEffect.RecreatesNodes, "recreates"),
            (NodePoolEffect.RollsNodes, "rolls"),
            (NodePoolEffect.RemovesNodes, "removes"),
            (NodePoolEffect.AddsNodes, "adds"),
        ];

    private int? Affected(string effect) => Fields.Where(one => one.Effect == effect).Max(static one => one.Nodes);

    private static string Count(int? number, string noun) =>
        number is not { } known
            ? $"an unknown number of {noun}s"
            : string.Create(CultureInfo.InvariantCulture, $"{known} {noun}{(known == 1 ? "" : "s")}");
}

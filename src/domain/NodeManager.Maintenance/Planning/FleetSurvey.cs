using NodeManager.Core.Nodes;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;
using NodeManager.Maintenance.Batches;

namespace NodeManager.Maintenance.Planning;

/// <summary>What batches and forecasts go by: what leaves the nodes, the PodDisruptionBudgets, and where the pods fit.</summary>
internal sealed class FleetSurvey
{
    private readonly Dictionary<string, PlannedNode> _nodes;

    private FleetSurvey(PlanBasis basis)
    {
        Basis = basis;
        _nodes = basis.Nodes.ToDictionary(p => p.Name);
        bool asksBudgets = basis.Options is { DisableEviction: false, OverrideBudgetAfter: null };
        Budgets = asksBudgets ? basis.Budgets : new Dictionary<string, PodBudget>();
        if (basis.Simulator is null)
            return;
        Dictionary<string, LeavingBudget> shared = Budgets.ToDictionary(
            b => b.Key,
            b => new LeavingBudget(b.Key, Math.Max(0, BudgetShare.Room(b.Value)))
        );
        Dictionary<string, IReadOnlyList<LeavingPod>> leaving = basis.Nodes.ToDictionary(
            p => p.Name,
            IReadOnlyList<LeavingPod> (p) =>
                [
                    .. p
                        .Pods.Where(MovesOn)
                        .Select(pod => new LeavingPod(
                            pod.Pod,
                            [.. pod.Plan.Budgets.Select(TitleOf).Where(shared.ContainsKey).Select(b => shared[b])]
                        )),
                ]
        );
        Room = new(basis.Simulator, leaving, [.. basis.Waiting.Select(p => new LeavingPod(p, []))]);
    }

    public PlanBasis Basis { get; }

    /// <summary>By <c>namespace/name</c>, with their outlook; none where they are not asked, or overridden.</summary>
    public IReadOnlyDictionary<string, PodBudget> Budgets { get; }

    /// <summary>Where the pods fit; null where pods or nodes may not be listed.</summary>
    public FleetRoom? Room { get; }

    /// <summary>Reads the cluster once for all of these nodes.</summary>
    /// <param name="session">Where.</param>
    /// <param name="connection">Of the session.</param>
    /// <param name="nodes">Those that are gone are left out.</param>
    /// <param name="drain">How they are drained.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<FleetSurvey> ReadAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        IReadOnlyList<NodeTarget> nodes,
        DrainOptions drain,
        CancellationToken cancellationToken
    ) => new(await PlanBasis.ReadAsync(connection, nodes, drain.In(session), cancellationToken));

    /// <summary>What is to be done with the node's pods; null for a node that was not surveyed.</summary>
    public PlannedNode? Find(string node) => _nodes.GetValueOrDefault(node);

    // What has ended and what no controller owns is not recreated.
    private static bool MovesOn(PlannedPod pod) => pod.Plan is { Decision: DrainDecision.Evict, Rule: not "Finished", Owner.Length: > 0 };

    private static string TitleOf(PodBudget budget) => $"{budget.Namespace}/{budget.Name}";
}

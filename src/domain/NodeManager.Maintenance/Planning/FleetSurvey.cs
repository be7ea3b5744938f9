using NodeManager.Core.Nodes;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;
using NodeManager.Maintenance.Batches;

namespace NodeManager.Maintenance.Planning;

/// <summary>The input of batches and forecasts: the pods to evict, the PodDisruptionBudgets, and where pods fit.</summary>
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

    /// <summary>By <c>namespace/name</c>, with their outlook; none if they are bypassed or overridden.</summary>
    public IReadOnlyDictionary<string, PodBudget> Budgets { get; }

    /// <summary>Null if pods or nodes cannot be listed.</summary>
    public FleetRoom? Room { get; }

    /// <summary>Reads the cluster once for all of these nodes.</summary>
    /// <param name="nodes">Missing nodes are left out.</param>
    public static async Task<FleetSurvey> ReadAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        IReadOnlyList<NodeTarget> nodes,
        DrainOptions drain,
        CancellationToken cancellationToken
    ) => new(await PlanBasis.ReadAsync(connection, nodes, drain.In(session), cancellationToken));

    /// <summary>Null for a node that was not surveyed.</summary>
    public PlannedNode? Find(string node) => _nodes.GetValueOrDefault(node);

    // Completed and unmanaged pods are not recreated.
    private static bool MovesOn(PlannedPod pod) => pod.Plan is { Decision: DrainDecision.Evict, Rule: not "Finished", Owner.Length: > 0 };

    private static string TitleOf(PodBudget budget) => $"{budget.Namespace}/{budget.Name}";
}

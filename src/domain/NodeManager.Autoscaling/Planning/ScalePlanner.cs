using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Planning.ScaleDown;
using NodeManager.Autoscaling.Planning.ScaleUp;

namespace NodeManager.Autoscaling.Planning;

/// <summary>Decides which machines to create and which nodes to remove. Deterministic, without I/O.</summary>
public static class ScalePlanner
{
    private static readonly HashSet<string> None = [];

    public static ScalePlan Plan(ScaleInput input, CancellationToken cancellationToken = default) => Plan(input, None, cancellationToken);

    /// <summary>
    /// Verifies a planned removal immediately before it is executed: the same rules on new input, except the windows, which have passed.
    /// </summary>
    /// <param name="input">Read after the plan.</param>
    /// <returns>The current verdict; <see cref="AutoscalerDecision.Remove"/> confirms. Null: the node is gone or was replaced.</returns>
    public static NodeScalePlanNode? Confirm(ScaleInput input, NodeScalePlanNode removal, CancellationToken cancellationToken = default) =>
        Plan(input, new HashSet<string>(StringComparer.Ordinal) { removal.Node }, cancellationToken)
            .Nodes.FirstOrDefault(node => node.Node == removal.Node && node.NodeUid == removal.NodeUid && node.Claim == removal.Claim);

    private static ScalePlan Plan(ScaleInput input, IReadOnlySet<string> confirming, CancellationToken cancellationToken)
    {
        IReadOnlyList<PoolState> pools = PoolState.Of(input);
        ScaleUpPlan up = ScaleUpPlan.Of(input, pools, cancellationToken);
        ScaleDownPlan down = ScaleDownPlan.Of(input, up, pools, confirming, cancellationToken);
        DateTimeOffset[] changes = [.. down.Changes, .. up.HeldUntil.Values, .. up.Contradictions.Changes];
        return new(
            up.Machines,
            down.Nodes,
            up.Pods,
            [.. pools.Select(pool => Summary(input, pool, up, down))],
            down.Memory with
            {
                ByThreshold = up.ByThreshold?.Entry,
                AboveSince = up.ByThreshold?.AboveSince,
                FutureTimes = up.FutureTimes.Seen,
            },
            changes.Where(time => time > input.Now).Select(static time => (DateTimeOffset?)time).Min()
        )
        {
            Buffers = up.Buffers,
            Observations = up.Contradictions.Changed,
            Plans = up.Plans,
        };
    }

    private static NodeScalePlanPool Summary(ScaleInput input, PoolState pool, ScaleUpPlan up, ScaleDownPlan down)
    {
        int created = up.Machines.Count(machine => machine.Pool == pool.Name);
        List<NodeScalePlanNode> removed = down.Nodes.FindAll(node => node.Pool == pool.Name && node.Decision == AutoscalerDecision.Remove);
        NodeScalePlanNode? waiting = down.Nodes.Find(node => node.Pool == pool.Name && node.Decision == AutoscalerDecision.Wait);
        (string decision, string reason, string message) =
            created > 0
                ? (
                    AutoscalerDecision.Create,
                    up.Machines.First(machine => machine.Pool == pool.Name).Reason,
                    Count(created, "machine is", "machines are") + " created."
                )
            : up.ByThreshold is { Unmet: var (unmet, why) } ? (AutoscalerDecision.Wait, unmet, why)
            : pool.IsOpen && up.Contradictions.MessageOf(pool.Name) is { } contradiction
                ? (AutoscalerDecision.Wait, AutoscalerReason.NotAsPlanned, contradiction)
            : up.HeldUntil.ContainsKey(pool.Name)
                ? (AutoscalerDecision.Wait, AutoscalerReason.Stabilizing, "Demand has not lasted for scaleUp.stabilizationWindow.")
            : removed.Count > 0 ? (AutoscalerDecision.Remove, removed[0].Reason, Count(removed.Count, "node is", "nodes are") + " removed.")
            : pool.IsDeleted ? (AutoscalerDecision.None, AutoscalerReason.PoolDeleted, "The pool is being deleted.")
            : pool.Problem is not null
                ? (
                    AutoscalerDecision.Wait,
                    AutoscalerReason.PoolInvalid,
                    $"{pool.ProblemText} No node is created or removed until it is corrected."
                )
            : waiting is not null ? (AutoscalerDecision.Wait, waiting.Reason, $"Node '{waiting.Node}': {waiting.Message}")
            : (AutoscalerDecision.None, AutoscalerReason.Satisfied, "Nothing to do.");
        return new()
        {
            Session = input.Session,
            Cluster = input.Session?.Cluster ?? "",
            Pool = pool.Name,
            Decision = decision,
            Reason = reason,
            Message = message,
            Nodes = pool.Members.Count,
            ClaimsInFlight = pool.Members.Count(static member => member.IsInFlight),
            CpuCores = pool.CpuCores,
            Memory = (long)pool.Bytes,
            DemandSince = up.DemandSince.TryGetValue(pool.Name, out DateTimeOffset since) ? since : null,
        };
    }

    private static string Count(int count, string one, string several) => count == 1 ? $"1 {one}" : $"{count} {several}";
}

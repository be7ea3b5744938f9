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
        List<PoolState> pools = PoolState.Of(input);
        ScaleUpPlan up = ScaleUpPlan.Of(input, pools, cancellationToken);
        ScaleDownPlan down = ScaleDownPlan.Of(input, up, pools, confirming, cancellationToken);
        DateTimeOffset[] changes =
        [
            .. down.Changes,
            .. up.HeldUntil.Values,
            .. up.Contradictions.Changes,
            .. pools.Take(1).SelectMany(static pool => pool.Backoffs.Changes),
        ];
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
                Backoffs = pools.Count > 0 ? pools[0].Backoffs.Memory : input.Memory.Backoffs,
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
        (string decision, string reason, string message) = Decide(pool, up, down);
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
            Observed = new([
                .. pool.Evidence.Sizes.OrderBy(static size => size.Size.Shape, StringComparer.Ordinal).Select(size => Observed(pool, size)),
            ]),
            DemandSince = up.DemandSince.TryGetValue(pool.Name, out DateTimeOffset since) ? since : null,
        };
    }

    private static NodeScalePlanShape Observed(PoolState pool, ObservedSize size) =>
        new()
        {
            Name = size.Size.Shape,
            CpuCores = size.Size.CpuCores,
            Memory = size.Size.MemoryMiB << 20,
            Node = size.Node,
            Planned = new(
                ExpectedResources.Allocatable(pool.Pool, size.Size).Where(static one => !ExpectedResources.IsUnknown(one.Key, one.Value))
            ),
            Reported = new(size.Allocatable),
        };

    // The first that applies.
    private static (string Decision, string Reason, string Message) Decide(PoolState pool, ScaleUpPlan up, ScaleDownPlan down)
    {
        int created = up.Machines.Count(machine => machine.Pool == pool.Name);
        if (created > 0)
        {
            string reason = up.Machines.First(machine => machine.Pool == pool.Name).Reason;
            return (AutoscalerDecision.Create, reason, Count(created, "machine is", "machines are") + " created.");
        }

        if (up.ByThreshold is { Unmet: var (unmet, why) })
            return (AutoscalerDecision.Wait, unmet, why);
        if (pool.IsOpen && up.Contradictions.MessageOf(pool.Name) is { } contradiction)
            return (AutoscalerDecision.Wait, AutoscalerReason.NotAsPlanned, contradiction);
        if (up.HeldUntil.ContainsKey(pool.Name))
            return (AutoscalerDecision.Wait, AutoscalerReason.Stabilizing, "Demand has not lasted for scaleUp.stabilizationWindow.");
        List<NodeScalePlanNode> nodes = down.Nodes.FindAll(node => node.Pool == pool.Name);
        List<NodeScalePlanNode> removed = nodes.FindAll(static node => node.Decision == AutoscalerDecision.Remove);
        if (removed.Count > 0)
            return (AutoscalerDecision.Remove, removed[0].Reason, Count(removed.Count, "node is", "nodes are") + " removed.");
        if (pool.IsDeleted)
            return (AutoscalerDecision.None, AutoscalerReason.PoolDeleted, "The pool is being deleted.");
        if (pool.Problem is not null)
        {
            string message = $"{pool.ProblemText} No node is created or removed until it is corrected.";
            return (AutoscalerDecision.Wait, AutoscalerReason.PoolInvalid, message);
        }

        return nodes.Find(static node => node.Decision == AutoscalerDecision.Wait) is { } waiting
            ? (AutoscalerDecision.Wait, waiting.Reason, $"Node '{waiting.Node}': {waiting.Message}")
            : (AutoscalerDecision.None, AutoscalerReason.Satisfied, "Nothing to do.");
    }

    private static string Count(int count, string one, string several) => count == 1 ? $"1 {one}" : $"{count} {several}";
}

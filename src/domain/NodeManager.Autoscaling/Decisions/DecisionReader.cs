using NodeManager.Core.Operations;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Decisions;

/// <summary>Reads the decisions of autoscalers.</summary>
public static class DecisionReader
{
    /// <summary>All stored decisions, the oldest first.</summary>
    /// <exception cref="NodeManagerException">The server's refusal.</exception>
    public static Task<IReadOnlyList<NodeScaleDecision>> ReadAsync(
        NodeManagerSession session,
        string ns,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync<IReadOnlyList<NodeScaleDecision>>(
            session,
            ns,
            async (connection, token) =>
            {
                ConfigMap? map = await connection.Client.FindAsync(
                    KubernetesResources.ConfigMaps,
                    NodeSmithNames.DecisionsConfigMap,
                    ns,
                    token
                );
                return [.. DecisionText.Parse(map?.Data?.GetValueOrDefault(DecisionText.Key)).Select(entry => ToDecision(entry, session))];
            },
            cancellationToken
        );

    /// <summary>The latest decision for each target at a time.</summary>
    /// <param name="decisions">The oldest first.</param>
    public static IReadOnlyList<NodeScaleDecision> At(IReadOnlyList<NodeScaleDecision> decisions, DateTimeOffset at) =>
        [
            .. decisions
                .Where(one => one.At <= at)
                .GroupBy(KeyOf, static (_, same) => same.Last())
                .Where(static one => one.Decision != AutoscalerDecision.End)
                .OrderBy(static one => one.At),
        ];

    /// <summary>The next change of leader after a time, if decisions of that time may be lost with the previous leader.</summary>
    /// <param name="decisions">The oldest first.</param>
    /// <returns>The entry of the next leader, and the last of the previous one; null if nothing about that time can be missing.</returns>
    public static (NodeScaleDecision Takeover, NodeScaleDecision Last)? LostAfter(
        IReadOnlyList<NodeScaleDecision> decisions,
        DateTimeOffset at
    )
    {
        int next = decisions.TakeWhile(one => one.At <= at || !IsTakeover(one)).Count();
        return next > 0 && next < decisions.Count && decisions[next - 1].At <= at ? (decisions[next], decisions[next - 1]) : null;
    }

    /// <summary>
    /// The change of leader in the minute before a time: the previous leader's last decisions may be lost and not repeated yet.
    /// </summary>
    /// <param name="decisions">The oldest first.</param>
    /// <returns>The entry of the new leader; null without such a change.</returns>
    public static NodeScaleDecision? LostBefore(IReadOnlyList<NodeScaleDecision> decisions, DateTimeOffset at) =>
        decisions.Skip(1).LastOrDefault(one => IsTakeover(one) && one.At <= at && at - one.At < TimeSpan.FromMinutes(1));

    /// <summary>True if another autoscaler starts to act with this entry.</summary>
    public static bool IsTakeover(NodeScaleDecision decision) => decision is { Target: DecisionLog.Autoscaler, Decision: DecisionLog.Lead };

    // The first decisions about a pod may have no pool.
    private static (string Pool, string Target) KeyOf(NodeScaleDecision decision) =>
        (decision.Target == DecisionLog.PoolTarget ? decision.Pool : "", decision.Target);

    internal static NodeScaleDecision ToDecision(DecisionEntry entry, NodeManagerSession session) =>
        new()
        {
            Session = session,
            Cluster = session.Cluster,
            At = entry.At,
            Pool = entry.Pool,
            Target = entry.Target,
            Decision = entry.Decision,
            Reason = entry.Reason,
            Leader = entry.Leader ?? "",
        };
}

using System.Net;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Decisions;

/// <summary>Reads what autoscalers decided.</summary>
public static class DecisionReader
{
    /// <summary>All that is kept, the oldest first.</summary>
    /// <exception cref="NodeManagerException">What the server refused.</exception>
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
                try
                {
                    ConfigMap map = await connection.Client.GetAsync(
                        KubernetesResources.ConfigMaps,
                        NodeSmithNames.DecisionsConfigMap,
                        ns,
                        token
                    );
                    return
                    [
                        .. DecisionText.Parse(map.Data?.GetValueOrDefault(DecisionText.Key)).Select(entry => ToDecision(entry, session)),
                    ];
                }
                catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
                {
                    return [];
                }
            },
            cancellationToken
        );

    /// <summary>What held at a moment: of each target the latest decision until then. Pure.</summary>
    /// <param name="decisions">The oldest first.</param>
    /// <param name="at">The moment.</param>
    public static IReadOnlyList<NodeScaleDecision> At(IReadOnlyList<NodeScaleDecision> decisions, DateTimeOffset at) =>
        [
            .. decisions
                .Where(one => one.At <= at)
                .GroupBy(KeyOf, static (_, same) => same.Last())
                .Where(static one => one.Decision != ScaleDecision.End)
                .OrderBy(static one => one.At),
        ];

    /// <summary>When the leader changed next after a moment, where what was decided at that moment may be lost with the former. Pure.</summary>
    /// <param name="decisions">The oldest first.</param>
    /// <param name="at">The moment.</param>
    /// <returns>The entry of the next leader, and the last that the former wrote; null where nothing that concerns the moment can be missing.</returns>
    public static (NodeScaleDecision Takeover, NodeScaleDecision Last)? LostAfter(
        IReadOnlyList<NodeScaleDecision> decisions,
        DateTimeOffset at
    )
    {
        int next = decisions.TakeWhile(one => one.At <= at || !IsTakeover(one)).Count();
        return next > 0 && next < decisions.Count && decisions[next - 1].At <= at ? (decisions[next], decisions[next - 1]) : null;
    }

    /// <summary>The change of leader in the minute before a moment: what the former leader decided last may be lost, and not be decided again yet. Pure.</summary>
    /// <param name="decisions">The oldest first.</param>
    /// <param name="at">The moment.</param>
    /// <returns>The entry of the new leader; null where none came so shortly before, or none led before it.</returns>
    public static NodeScaleDecision? LostBefore(IReadOnlyList<NodeScaleDecision> decisions, DateTimeOffset at) =>
        decisions.Skip(1).LastOrDefault(one => IsTakeover(one) && one.At <= at && at - one.At < TimeSpan.FromMinutes(1));

    /// <summary>Whether the entry says that another autoscaler acts from then on.</summary>
    public static bool IsTakeover(NodeScaleDecision decision) => decision is { Target: DecisionLog.Autoscaler, Decision: DecisionLog.Lead };

    // A pod may be decided about first without a pool and then with one.
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

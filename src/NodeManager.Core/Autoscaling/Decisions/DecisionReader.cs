using System.Net;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Core.Autoscaling.Decisions;

/// <summary>Reads what autoscalers decided.</summary>
public static class DecisionReader
{
    /// <summary>All that is kept, the oldest first.</summary>
    /// <exception cref="NodeManagerException">What the server refused.</exception>
    public static Task<IReadOnlyList<NodeScaleDecision>> ReadAsync(NodeManagerSession session, string ns, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync<IReadOnlyList<NodeScaleDecision>>(
            session, ns,
            async (connection, token) =>
            {
                try
                {
                    ConfigMap map = await connection.Client.GetAsync(KubernetesResources.ConfigMaps, NodeSmithNames.DecisionsConfigMap, ns, token);
                    return [.. DecisionText.Parse(map.Data?.GetValueOrDefault(DecisionText.Key)).Select(entry => ToDecision(entry, session))];
                }
                catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
                {
                    return [];
                }
            },
            cancellationToken);

    /// <summary>What held at a moment: of each target the latest decision until then. Pure.</summary>
    /// <param name="decisions">The oldest first.</param>
    /// <param name="at">The moment.</param>
    public static IReadOnlyList<NodeScaleDecision> At(IReadOnlyList<NodeScaleDecision> decisions, DateTimeOffset at) =>
        [.. decisions.Where(one => one.At <= at).GroupBy(static one => (one.Pool, one.Target), static (_, same) => same.Last()).OrderBy(static one => one.At)];

    internal static NodeScaleDecision ToDecision(DecisionEntry entry, NodeManagerSession session) => new()
    {
        Session = session, Cluster = session.Cluster, At = entry.At, Pool = entry.Pool, Target = entry.Target, Decision = entry.Decision, Reason = entry.Reason,
    };
}

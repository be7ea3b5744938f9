using System.Runtime.CompilerServices;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Health.Checks;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Monitoring.Alerts;
using NodeManager.Scheduling;

namespace NodeManager.Monitoring.Screens;

/// <summary>Follows a cluster for health screens: changes of the session's shared caches cause a redraw.</summary>
public static class ClusterScreens
{
    // Readable for people, and a rollout changes pods many times a second.
    private static readonly TimeSpan ShortestTime = TimeSpan.FromSeconds(1);

    /// <summary>The current state, and with <paramref name="watch"/> again after each change, at most once a second.</summary>
    /// <param name="session">Usage has no watch: it is read at the configuration's healthCheckInterval.</param>
    /// <param name="watch">Until cancelled.</param>
    /// <param name="observer">Warned once if there is no usage.</param>
    public static IAsyncEnumerable<ClusterScreen> FollowAsync(
        NodeManagerSession session,
        bool watch,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.StreamAsync(
            session,
            null,
            (connection, token) => FollowAsync(session, connection, watch, observer, token),
            cancellationToken
        );

    private static async IAsyncEnumerable<ClusterScreen> FollowAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        bool watch,
        IOperationObserver observer,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using CacheUse<Node> nodes = connection.Caches().Open(Resources.Nodes, new());
        using CacheUse<Pod> pods = connection.Caches().Open(ClusterPods.Type, new());
        await Task.WhenAll(nodes.CatchUpAsync(cancellationToken), pods.CatchUpAsync(cancellationToken));
        NodeAlerts alerts = connection.Get<NodeAlerts>();
        Dictionary<string, NodeMetrics>? usage = null;
        DateTimeOffset? asked = null;
        while (true)
        {
            // Before reading, so that no change is missed.
            Task[] changes = [nodes.Cache.Changed(), pods.Cache.Changed(), alerts.Changed];
            TimeSpan interval = session.Configuration.HealthCheckInterval;
            if (connection.Time.GetUtcNow() - asked is not { } age || age >= interval)
            {
                usage = await ReadUsageAsync(session, connection, asked is null ? observer : NullObserver.Instance, cancellationToken);
                asked = connection.Time.GetUtcNow();
            }

            yield return Of(session, nodes.Cache.Items, pods.Cache.Items, usage, connection.Time.GetUtcNow()) with
            {
                Alerts = OpenAlerts(alerts),
            };
            if (!watch)
                yield break;
            await connection.Time.DelayAsync(ShortestTime, cancellationToken);
            await connection.Time.WaitForChangeAsync(
                changes,
                asked.GetValueOrDefault() + interval - connection.Time.GetUtcNow(),
                cancellationToken
            );
        }
    }

    private static IReadOnlyList<NodeAlert>? OpenAlerts(NodeAlerts alerts) =>
        alerts.Monitors == 0
            ? null
            :
            [
                .. alerts
                    .List()
                    .Where(static alert => alert.Status == NodeAlertStatus.Firing)
                    .OrderBy(static alert => NodeFindingSeverity.All.IndexOf(alert.Severity))
                    .ThenByDescending(static alert => alert.StartsAt),
            ];

    private static ClusterScreen Of(
        NodeManagerSession session,
        IReadOnlyList<Node> nodes,
        IReadOnlyList<Pod> pods,
        Dictionary<string, NodeMetrics>? usage,
        DateTimeOffset now
    )
    {
        ILookup<string, Pod> byNode = pods.Where(static pod => !string.IsNullOrEmpty(pod.Spec.NodeName))
            .ToLookup(static pod => pod.Spec.NodeName!, StringComparer.Ordinal);
        List<ClusterNode> mapped = [];
        List<NodeFinding> findings = [];
        foreach (Node node in nodes)
        {
            NodeAllocation load = NodeAllocation.Of(byNode[node.Metadata.Name]);
            Dictionary<string, decimal> requested = new(load.Requests) { [ResourceAmounts.Pods] = load.Pods };
            mapped.Add(NodeMapper.Map(node, session, now, new(load.Pods, requested, usage?.GetValueOrDefault(node.Metadata.Name))));
            findings.AddRange(
                HealthRules.Judge(
                    new()
                    {
                        Node = node,
                        Session = session,
                        Now = now,
                        Pods = [.. byNode[node.Metadata.Name]],
                    }
                )
            );
        }

        return new(
            now,
            StatisticSum.Of(session, NodeGrouping.Parse(null), mapped, usage is not null)[0],
            [.. mapped.OrderBy(static n => n.Name, StringComparer.Ordinal)],
            [
                .. findings
                    .OrderBy(static f => NodeFindingSeverity.All.IndexOf(f.Severity))
                    .ThenBy(static f => f.Node, StringComparer.Ordinal),
            ]
        );
    }

    private static async Task<Dictionary<string, NodeMetrics>?> ReadUsageAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        if (!session.Configuration.MetricsEnabled)
            return null;
        try
        {
            return await MetricsReader.ReadAsync(connection.Client, [], cancellationToken);
        }
        catch (KubernetesException refused) when (MetricsReader.IsAbsence(refused))
        {
            observer.Warning($"The metrics API is unavailable; usage is not shown: {refused.Message}");
            return null;
        }
    }
}

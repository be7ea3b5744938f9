using NodeManager.Autoscaling.Decisions;
using NodeManager.Autoscaling.Providers;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;

namespace NodeManager.Autoscaling.Host;

/// <summary>Reads the state of the autoscalers of a cluster, and stops those of a session.</summary>
public static class AutoscalerReader
{
    /// <exception cref="NodeManagerException">AutoscalerNotInstalled, or the server's refusal.</exception>
    public static Task<NodeAutoscaler> ReadAsync(
        NodeManagerSession session,
        string ns,
        int decisions,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            ns,
            async (connection, token) =>
            {
                List<NodeSmithPool> pools = (
                    await NodeSmithErrors.InstalledAsync(
                        session.Cluster,
                        connection.Client.ListAsync(NodeSmithResources.Pools, new() { Namespace = ns }, token)
                    )
                ).Items;
                LeaseState lease = await LeaseObserver.ReadAsync(connection.Client, NodeSmithNames.LeaderLease, ns, token);
                IReadOnlyList<NodeScaleDecision> log = await DecisionReader.ReadAsync(session, ns, token);
                AutoscalerRun? own = connection.Get<RunningAutoscalers>().All.FirstOrDefault(one => one.Namespace == ns);
                // By this machine's clock: good enough for display.
                bool isRunning =
                    lease.IsHeld
                    && (lease.Lease!.Spec.RenewTime is not { } renewed || connection.Time.GetUtcNow() - renewed < lease.Duration * 2);
                return new NodeAutoscaler
                {
                    Session = session,
                    Cluster = session.Cluster,
                    Namespace = ns,
                    Status = isRunning ? "Running" : "Stopped",
                    Leader = lease.Holder.Length > 0 ? lease.Holder : log.LastOrDefault(DecisionReader.IsTakeover)?.Leader ?? "",
                    LeaderSince = lease.Lease?.Spec.AcquireTime,
                    RenewedAt = lease.Lease?.Spec.RenewTime,
                    IsLocal = own is not null,
                    QueueLength = own?.Load?.Waiting,
                    InProgress = own?.Load?.Working,
                    Pools = new([
                        .. pools.OrderBy(static one => one.Metadata.Name, StringComparer.Ordinal).Select(one => Map(one, session)),
                    ]),
                    Decisions = new([.. log.Reverse().Take(decisions)]),
                };
            },
            cancellationToken
        );

    /// <summary>True if this session runs an autoscaler for the namespace, leader or not.</summary>
    /// <exception cref="NodeManagerException">SessionClosed.</exception>
    public static bool IsRunning(NodeManagerSession session, string ns) =>
        session.Get<RunningAutoscalers>().All.Any(one => one.Namespace == ns);

    /// <summary>The state of this session's autoscaler for the namespace; null without one.</summary>
    /// <exception cref="NodeManagerException">SessionClosed.</exception>
    public static AutoscalerActivity? Observe(NodeManagerSession session, string ns) =>
        session.Get<RunningAutoscalers>().All.FirstOrDefault(one => one.Namespace == ns)?.Observe();

    /// <summary>Stops this session's autoscalers for a namespace, and waits for their end.</summary>
    /// <returns>Their number.</returns>
    /// <exception cref="NodeManagerException">SessionClosed.</exception>
    public static async Task<int> StopAsync(NodeManagerSession session, string ns, CancellationToken cancellationToken)
    {
        AutoscalerRun[] running = [.. session.Get<RunningAutoscalers>().All.Where(one => one.Namespace == ns)];
        foreach (AutoscalerRun run in running)
            run.Stop();
        await Task.WhenAll(running.Select(static run => run.Ended)).WaitAsync(cancellationToken);
        return running.Length;
    }

    private static NodeAutoscalerPool Map(NodeSmithPool pool, NodeManagerSession session)
    {
        NodeSmithCondition? available = pool.Status?.Conditions.Find(NodeSmithConditions.Available);
        return new()
        {
            Session = session,
            Cluster = session.Cluster,
            Name = pool.Metadata.Name,
            Provider = pool.Spec.ProviderRef,
            Nodes = pool.Status?.Nodes ?? 0,
            ReadyNodes = pool.Status?.ReadyNodes ?? 0,
            Claims = pool.Status?.Claims ?? 0,
            MinNodes = pool.Spec.Limits.MinNodes,
            MaxNodes = pool.Spec.Limits.MaxNodes,
            NodeCount = pool.Spec.NodeCount,
            Available = available?.Status ?? "",
            Message = available is { Status: not "True" } ? available.Message : "",
            LastScaleActivity = pool.Status?.LastScaleActivity,
        };
    }
}

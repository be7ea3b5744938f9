using NodeManager.Autoscaling.Resources;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring.Alerts.Incidents;

namespace NodeManager.Monitoring;

/// <summary>
/// Raises an alert for each pool whose machines differ from its plan, by the autoscaler's condition. Without the CRDs or the permission to
/// read pools there are none.
/// </summary>
internal sealed class PoolConditions : IDisposable
{
    private readonly CacheUse<NodeSmithPool> _pools;
    private readonly IDisposable _subscription;

    /// <param name="machine">Receives the findings.</param>
    /// <param name="post">Runs an action on the machine's thread.</param>
    public PoolConditions(ClusterConnection connection, AlertMachine machine, Action<Action<DateTimeOffset>> post)
    {
        _pools = connection.Caches().Open(NodeSmithResources.Pools, new ListOptions());
        _subscription = _pools.Cache.Subscribe(change => post(now => Observe(machine, change, now)));
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _pools.Dispose();
    }

    private static void Observe(AlertMachine machine, ObjectChange<NodeSmithPool> change, DateTimeOffset now)
    {
        NodeSmithPool pool = change.Object;
        string target = pool.Metadata.Name;
        NodeSmithCondition? contradicted = pool.Status?.Conditions?.Find(static one =>
            one is { Type: NodeSmithConditions.MachinesAsPlanned, Status: "False" }
        );
        if (change.IsDeletion || contradicted is null)
            machine.End(NodeAlertCause.MachinesNotAsPlanned, target, now);
        else
            machine.Report(
                NodeAlertCause.MachinesNotAsPlanned,
                target,
                NodeFindingSeverity.Warning,
                $"NodeSmithPool {pool.Metadata.Namespace}/{target}: {contradicted.Message}",
                now
            );
    }
}

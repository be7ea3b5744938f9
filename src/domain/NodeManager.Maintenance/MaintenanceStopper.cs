using NodeManager.Controllers.Leasing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Records;
using NodeManager.Maintenance.Requests;
using NodeManager.Runs;

namespace NodeManager.Maintenance;

/// <summary>Requests the process that works on a run, wherever it is, to stop.</summary>
public static class MaintenanceStopper
{
    /// <summary>
    /// Requests the stop and waits until the process has released the run, or is gone. Nodes in progress stay as they are; the run can be
    /// resumed.
    /// </summary>
    /// <returns>False if no process works on the run: nothing was changed.</returns>
    /// <exception cref="NodeManagerException">
    /// MaintenanceNotFound, MaintenanceAlive (it did not stop in time), or the server's refusal.
    /// </exception>
    public static Task<bool> StopAsync(NodeManagerSession session, string id, string ns, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            session,
            id,
            async (connection, token) =>
            {
                if (await DetachedDirectory.FindAsync(connection, id, ns, token) is { IsOver: false } detached)
                    return await DetachedStopper.StopAsync(session, connection, detached, token);
                await RunDirectory.FindAsync(connection, id, ns, session.Cluster, token);
                LeaseState sign = await RunLeaseReader.ObserveAsync(connection, id, ns, static _ => { }, token);
                if (!sign.IsHeld)
                    return false;
                await connection.Client.PatchAsync(
                    Resources.Leases,
                    RunLayout.NameOf(id),
                    ns,
                    Patch.Merge(
                        new()
                        {
                            ["metadata"] = new System.Text.Json.Nodes.JsonObject
                            {
                                ["annotations"] = new System.Text.Json.Nodes.JsonObject { [RunLayout.StopKey] = session.Who() },
                            },
                        }
                    ),
                    token
                );
                if (await LeaseObserver.WaitForEndAsync(connection.Client, connection.Caches(), sign, token))
                    return true;
                throw new NodeManagerException(
                    ErrorIds.MaintenanceAlive,
                    ErrorKind.ResourceBusy,
                    $"Maintenance run {id} (holder: {sign.Holder}) is stopping and has not stopped yet.",
                    id,
                    "The run stops at the next renewal of its Lease. Check its status with Get-NodeMaintenance."
                );
            },
            cancellationToken
        );
}

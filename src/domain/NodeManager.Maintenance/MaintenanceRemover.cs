using System.Text.Json.Nodes;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Records;
using NodeManager.Maintenance.Requests;
using NodeManager.Runs;
using NodeManager.Runs.Claims;

namespace NodeManager.Maintenance;

/// <summary>Deletes the record of a run without a live process, and its claims on nodes.</summary>
public static class MaintenanceRemover
{
    /// <summary>
    /// Deletes the claims first, then the record, so that an interrupted deletion can be repeated. Cordoned nodes stay cordoned unless they
    /// are to be resumed.
    /// </summary>
    /// <returns>The names of nodes that stay cordoned.</returns>
    /// <exception cref="NodeManagerException">MaintenanceNotFound, MaintenanceAlive, or the server's refusal.</exception>
    public static Task<IReadOnlyList<string>> RemoveAsync(
        NodeManagerSession session,
        string id,
        string ns,
        bool resume,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync<IReadOnlyList<string>>(
            session,
            id,
            async (connection, token) =>
            {
                NodeMaintenanceRequest? detached = await DetachedDirectory.FindAsync(connection, id, ns, token);
                if (detached is { IsOver: false })
                    throw IsAlive(id, "is detached and not over: a NodeManager server carries it out.");

                StoredRun run;
                try
                {
                    run = await RunDirectory.FindAsync(connection, id, ns, session.Cluster, token);
                }
                catch (NodeManagerException missing) when (detached is not null && missing.ErrorId == ErrorIds.MaintenanceNotFound)
                {
                    // A drain, or a maintenance that did not start: there is nothing else.
                    await DetachedDirectory.DeleteAsync(connection, id, ns, token);
                    return [];
                }

                LeaseState sign = await RunLeaseReader.ObserveAsync(connection, id, ns, _ => { }, token);
                if (sign.IsHeld)
                    throw IsAlive(id, $"is in progress; holder: {sign.Holder}.");

                List<Node> nodes = (await connection.Client.ListAsync(Resources.Nodes, new(), token)).Items.FindAll(n =>
                    ClaimOf(n)?.Run == id
                );
                await MaintenanceScope.EachAsync(
                    nodes,
                    (node, stop) => ReleaseAsync(connection, node.Metadata.Name, id, resume, stop),
                    token
                );
                await RunDirectory.DeleteAsync(connection, run.Run, ns, token);
                if (detached is not null)
                    await DetachedDirectory.DeleteAsync(connection, id, ns, token);
                return resume
                    ? []
                    : [.. nodes.Where(n => ClaimOf(n) is { IsBegun: true, WasCordoned: false }).Select(n => n.Metadata.Name)];
            },
            cancellationToken
        );

    private static NodeManagerException IsAlive(string id, string state) =>
        new(
            ErrorIds.MaintenanceAlive,
            ErrorKind.ResourceBusy,
            $"Maintenance run {id} {state}",
            id,
            $"Stop it first: Stop-NodeMaintenance {id}."
        );

    private static async Task ReleaseAsync(
        ClusterConnection connection,
        string node,
        string id,
        bool resume,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await NodeGoneException.GuardAsync(
                node,
                () =>
                    NodePatcher.ChangeAsync(
                        connection,
                        node,
                        current =>
                        {
                            if (MaintenanceClaim.Read(current) is not { } claim || claim.Run != id)
                                return null;
                            JsonObject patch = MaintenanceClaim.Undoing(claim);
                            if (!resume)
                                patch.Remove("spec");
                            return patch;
                        },
                        false,
                        cancellationToken
                    )
            );
        }
        catch (NodeGoneException)
        {
            // It holds no claim.
        }
    }

    private static MaintenanceClaim? ClaimOf(Node node) =>
        MaintenanceClaim.Read(node.Metadata.Annotations?.GetValueOrDefault(MaintenanceClaim.Key));
}

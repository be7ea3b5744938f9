using System.Net;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Records;
using NodeManager.Runs;

namespace NodeManager.Maintenance;

/// <summary>Finds nodes held by running maintenance runs.</summary>
public static class MaintenanceHolds
{
    /// <summary>The running maintenance that holds the node; null if there is none, or if its process is gone.</summary>
    /// <exception cref="NodeManagerException">The server's refusal; a missing node is not an error.</exception>
    public static Task<MaintenanceHold?> FindAsync(NodeManagerSession session, string name, CancellationToken cancellationToken) =>
        FindAsync(
            session,
            name,
            async (connection, token) =>
                (await connection.Client.GetAsync(Resources.Nodes, name, null, token)).Metadata.Annotations?.GetValueOrDefault(
                    MaintenanceClaim.Key
                ),
            cancellationToken
        );

    /// <summary>As above, for a node that was just read: no request unless a run claims it.</summary>
    public static Task<MaintenanceHold?> FindAsync(NodeManagerSession session, ClusterNode node, CancellationToken cancellationToken) =>
        node.Annotations.TryGetValue(MaintenanceClaim.Key, out string? claim)
            ? FindAsync(session, node.Name, (_, _) => Task.FromResult<string?>(claim), cancellationToken)
            : Task.FromResult<MaintenanceHold?>(null);

    private static Task<MaintenanceHold?> FindAsync(
        NodeManagerSession session,
        string name,
        Func<ClusterConnection, CancellationToken, Task<string?>> readClaim,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            name,
            async (connection, token) =>
            {
                try
                {
                    if (MaintenanceClaim.Read(await readClaim(connection, token)) is not { } claim)
                        return null;
                    LeaseState sign = await ReadAsync(connection, claim, token);
                    return sign.IsHeld ? new MaintenanceHold(name, claim.Run, sign.Holder) : null;
                }
                catch (KubernetesException refused) when (refused.Code is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
                {
                    // A missing permission to read holds does not block the command.
                    return null;
                }
            },
            cancellationToken
        );

    // A renewal that is overdue by this machine's clock proves nothing, because clocks differ.
    private static async Task<LeaseState> ReadAsync(
        ClusterConnection connection,
        MaintenanceClaim claim,
        CancellationToken cancellationToken
    )
    {
        LeaseState sign = await RunLeaseReader.ReadAsync(connection, claim.Run, claim.Namespace, cancellationToken);
        if (!sign.IsHeld || sign.Silence(connection.Time.GetUtcNow()) < sign.Duration)
            return sign;
        ExpiredLeases expired = connection.Get<ExpiredLeases>();
        if (expired.Has(sign.Lease!))
            return sign with { IsHeld = false };
        LeaseState last = await RunLeaseReader.PollAsync(connection, claim.Run, claim.Namespace, sign, cancellationToken);
        if (last is { IsHeld: false, Lease: { } lease })
            expired.Add(lease);
        return last;
    }

    /// <summary>
    /// For one release: the lock of a run of an earlier version, which writes only the claim; null if there is none, or if its process is
    /// gone.
    /// </summary>
    internal static async Task<NodeLock?> FormerLockAsync(NodeManagerSession session, Node node, CancellationToken cancellationToken)
    {
        if (
            MaintenanceClaim.Read(node.Metadata.Annotations?.GetValueOrDefault(MaintenanceClaim.Key))
                is not { IsBegun: true, Locks: false } claim
            || NodeLock.Read(node) is not null
        )
            return null;
        if (await FindAsync(session, node.Metadata.Name, cancellationToken) is not { } hold || hold.Run != claim.Run)
            return null;
        return new()
        {
            Kind = NodeLockKind.Maintenance,
            Holder = claim.Holder,
            Operation = claim.Run,
            RenewedAt = claim.At,
        };
    }

    /// <exception cref="NodeManagerException">The server's refusal.</exception>
    public static Task WarnAsync(
        NodeManagerSession session,
        IEnumerable<string> names,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        MaintenanceScope.EachAsync(
            names,
            async (name, token) =>
            {
                if (await FindAsync(session, name, token) is { } hold)
                    observer.Warning($"{hold} The run uncordons the node when it completes.");
            },
            cancellationToken
        );

    /// <summary>The error for uncordoning a held node.</summary>
    public static NodeManagerException Refusal(MaintenanceHold hold) =>
        new(
            ErrorIds.NodeInMaintenance,
            ErrorKind.ResourceBusy,
            $"{hold} The node was not uncordoned.",
            hold.Node,
            $"Stop the run with Stop-NodeMaintenance {hold.Run}, or release the node from the run with Resume-NodeScheduling -IgnoreMaintenance."
        );
}

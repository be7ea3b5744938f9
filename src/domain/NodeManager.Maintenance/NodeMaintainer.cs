using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Execution;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Records;
using NodeManager.Runs;

namespace NodeManager.Maintenance;

/// <summary>Maintains fleets: takes nodes out of service batch by batch, runs work on them, and returns them to service.</summary>
public static class NodeMaintainer
{
    /// <summary>
    /// Maintains the nodes, or resumes an interrupted run: the named one, or one of the last day with the same options for these nodes. A
    /// cancellation stops all changes and returns within about two seconds; any process can resume the run.
    /// </summary>
    /// <exception cref="NodeManagerException">
    /// Nothing was begun: NodeNotFound, NodeReplaced, MaintenanceNotFound, MaintenanceConflict (another run has a node, or another process
    /// has the run), MaintenanceInvalid, InvalidWindow, InvalidMaxUnavailable, or the server's refusal.
    /// </exception>
    public static async Task<MaintenanceOutcome> RunAsync(
        NodeManagerSession session,
        MaintenanceRequest request,
        IMaintenanceObserver observer,
        CancellationToken cancellationToken
    )
    {
        ClusterConnection connection = session.Connection();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(connection.Closed, cancellationToken);
        MaintenanceScope scope = new(session, connection, request, observer, cancellationToken);
        try
        {
            using CacheUse<Node> nodes = connection.Caches().Open(Resources.Nodes, new());
            RunOpener opener = new(scope, nodes);
            if (await opener.OpenAsync(stop.Token) is not { } start)
            {
                observer.Warning($"Maintenance run {opener.Completed!.Run.Id} is already complete.");
                return new(RunMapper.Map(session, opener.Completed, scope.Namespace, false, scope.Now), null);
            }

            await using RunLease lease = start.Lease;
            using RunStore store = start.Store;
            using MaintenanceProgress progress = start.Progress;
            MaintenanceOutcome outcome = await new MaintenanceRun(scope, nodes.Cache, start).RunAsync(stop.Token);
            if (outcome.Failure is { ErrorId: ErrorIds.MaintenanceTakenOver or ErrorIds.MaintenanceLeaseNotRenewed } lost)
                outcome = outcome with { Failure = MaintenanceFailures.WithCordoned(lost, outcome.Run) };
            bool isCut =
                outcome is { Failure: null, Run.Status: NodeMaintenanceRunStatus.Interrupted }
                && !cancellationToken.IsCancellationRequested;
            return isCut && connection.Closed.IsCancellationRequested
                ? outcome with
                {
                    Failure = ClusterOperation.Disconnected(session, outcome.Run.Id),
                }
                : outcome;
        }
        catch (Exception exception) when (ClusterOperation.Replacement(exception, session, null, cancellationToken) is { } known)
        {
            throw known;
        }
    }
}

using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Maintenance.Requests;
using NodeManager.Runs;

namespace NodeManager.Maintenance;

/// <summary>Waits for the end of runs, wherever they are carried out.</summary>
public static class MaintenanceWaiter
{
    // A process that dies sends no event, so its Lease is read at this interval.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(15);

    /// <summary>Follows a run until no process works on it and none will: completed, failed, stopped or interrupted. One that is so already is returned immediately.</summary>
    /// <param name="session">Where.</param>
    /// <param name="id">Of the run.</param>
    /// <param name="ns">Where it is kept.</param>
    /// <param name="timeout">Null: without end. Zero: look once.</param>
    /// <param name="observer">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the wait; the run continues.</param>
    /// <exception cref="NodeManagerException">MaintenanceNotFound, WaitTimeout, what the server refused.</exception>
    public static Task<NodeMaintenanceRun> WaitAsync(
        NodeManagerSession session,
        string id,
        string ns,
        TimeSpan? timeout,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            id,
            async (connection, token) =>
            {
                using CancellationTokenSource limit = connection.Time.StartLimit(timeout > TimeSpan.Zero ? timeout : null);
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(token, limit.Token);
                NodeMaintenanceRun run = await ReadAsync(session, id, ns, token);
                string key = $"wait {id}";
                try
                {
                    if (IsOver(run))
                        return run;
                    if (timeout == TimeSpan.Zero)
                        throw TimedOut(run);
                    // Watched is what changes with each step; a follower of detached work may have no right to the run's own record.
                    using Watched watched = run.IsDetached
                        ? Watched.Of(
                            connection
                                .Caches()
                                .Open(DetachedResources.Requests, new() { Namespace = ns, FieldSelector = $"metadata.name={id}" })
                        )
                        : Watched.Of(
                            connection
                                .Caches()
                                .Open(Resources.ConfigMaps, new() { Namespace = ns, LabelSelector = $"{RunLayout.Label}={id}" })
                        );
                    while (true)
                    {
                        Task changed = watched.Changed();
                        run = await ReadAsync(session, id, ns, stop.Token);
                        if (IsOver(run))
                            return run;
                        int total = run.Nodes.Count;
                        observer.Progress(
                            new(
                                key,
                                $"Maintenance {id}",
                                $"{run.Completed} of {total} done{(run.Failed > 0 ? $", {run.Failed} failed" : "")}; {run.Status}{(run.Message.Length > 0 ? $": {run.Message}" : "")}",
                                total == 0 ? -1 : 100 * (total - run.Remaining) / total
                            )
                        );
                        await connection.Time.WaitForChangeAsync([changed], LookAgain, stop.Token);
                    }
                }
                catch (OperationCanceledException) when (limit.IsCancellationRequested && !token.IsCancellationRequested)
                {
                    throw TimedOut(run);
                }
                finally
                {
                    observer.Progress(new(key, $"Maintenance {id}", "", 100, true));
                }
            },
            cancellationToken
        );

    private static async Task<NodeMaintenanceRun> ReadAsync(
        NodeManagerSession session,
        string id,
        string ns,
        CancellationToken cancellationToken
    ) => (await MaintenanceReader.ReadAsync(session, [id], ns, 1, cancellationToken))[0];

    private static bool IsOver(NodeMaintenanceRun run) =>
        run.Status is not (NodeMaintenanceRunStatus.Running or NodeMaintenanceRunStatus.Pending);

    private static NodeManagerException TimedOut(NodeMaintenanceRun run) =>
        new(
            ErrorIds.WaitTimeout,
            ErrorKind.OperationTimeout,
            $"Maintenance run {run.Id} is not over: {run.Status}, {run.Completed} of {run.Nodes.Count} nodes done.",
            run,
            "The run continues. Wait longer with -Timeout, or check it with Get-NodeMaintenance."
        );

    // A cache of either kind.
    private sealed class Watched(Func<Task> changed, IDisposable use) : IDisposable
    {
        public static Watched Of<T>(CacheUse<T> use)
            where T : KubernetesObject => new(use.Cache.Changed, use);

        public Task Changed() => changed();

        public void Dispose() => use.Dispose();
    }
}

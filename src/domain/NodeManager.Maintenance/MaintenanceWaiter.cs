using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Maintenance.Requests;
using NodeManager.Runs;

namespace NodeManager.Maintenance;

/// <summary>Waits for the end of runs of any process.</summary>
public static class MaintenanceWaiter
{
    // A process that dies sends no event, so its Lease is read at this interval.
    private static readonly TimeSpan RecheckInterval = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Waits until no process works on a run and none will: completed, failed, stopped or interrupted. Returns such a run immediately.
    /// </summary>
    /// <param name="timeout">Null: no limit. Zero: check once.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <exception cref="NodeManagerException">MaintenanceNotFound, WaitTimeout, or the server's refusal.</exception>
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
                    using Watched watched = Watch(connection, run, id, ns);
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
                        await connection.Time.WaitForChangeAsync([changed], RecheckInterval, stop.Token);
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

    // The object that changes with each step: a user of detached work may not have the permission to read the run's own record.
    private static Watched Watch(ClusterConnection connection, NodeMaintenanceRun run, string id, string ns) =>
        run.IsDetached
            ? Watched.Of(
                connection.Caches().Open(DetachedResources.Requests, new() { Namespace = ns, FieldSelector = $"metadata.name={id}" })
            )
            : Watched.Of(
                connection.Caches().Open(Resources.ConfigMaps, new() { Namespace = ns, LabelSelector = $"{RunLayout.Label}={id}" })
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

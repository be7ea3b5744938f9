using System.Globalization;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.NodePools.Operations;

/// <summary>Waits for pools by watch if the provider has one, else by polling.</summary>
public static class PoolWaiter
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Waits until controllers report the condition for the pool's newest generation.</summary>
    /// <param name="condition">A phase, a health, <c>Deleted</c>, or <c>TYPE=STATUS</c> of a condition; see <see cref="PoolGoal"/>.</param>
    /// <param name="timeout">Null: no limit. Zero: check once.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <returns>The pool with its status; for Deleted its last state, null if it did not exist.</returns>
    /// <exception cref="NodeManagerException">
    /// WaitTimeout, NodePoolFailed, NodePoolNotFound, InvalidCondition, or the provider's refusal.
    /// </exception>
    public static Task<NodePool?> WaitAsync(
        PoolContext context,
        PoolTarget target,
        string condition,
        TimeSpan? timeout,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        PoolGoal goal = PoolGoal.Parse(condition);
        return ClusterOperation.RunAsync(
            context.Session,
            target.Text,
            (connection, token) => WaitAsync(context, connection, target with { Generation = null }, goal, timeout, observer, token),
            cancellationToken
        );
    }

    private static async Task<NodePool?> WaitAsync(
        PoolContext context,
        ClusterConnection connection,
        PoolTarget target,
        PoolGoal goal,
        TimeSpan? timeout,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        long start = connection.Time.GetTimestamp();
        NodePool? last = null;
        using IPoolFollower? follower = context.Provider.Follow();
        for (TimeSpan pause = FirstPause; ; pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause)
        {
            Task? changed = null;
            try
            {
                (PoolRecord record, changed) = await CheckAsync(context, target, follower, last is null, cancellationToken);
                target = target with { Id = record.Id };
                NodePoolStatus status = context.Map(
                    record,
                    record.Status ?? await context.Provider.GetStatusAsync(record.Id, cancellationToken)
                );
                last = context.Map(record, connection.Time.GetUtcNow(), status);
            }
            catch (NodeManagerException gone) when (goal.IsDeletion && gone.ErrorId == ErrorIds.NodePoolNotFound)
            {
                Report(observer, target, goal, "", completed: true);
                return last;
            }

            bool isMet = goal.IsMet(last.Status!);
            Report(observer, target, goal, Describe(last.Status!), isMet);
            if (isMet)
                return last;
            if (goal.IsHopeless(last.Status!))
                throw Failed(last);
            TimeSpan? remaining = timeout - connection.Time.GetElapsedTime(start);
            if (remaining <= TimeSpan.Zero)
                throw TimedOut(last, goal, timeout!.Value);
            if (changed is null)
                await connection.Time.DelayAsync(remaining < pause ? remaining.Value : pause, cancellationToken);
            else
                await connection.Time.WaitForChangeAsync([changed], remaining, cancellationToken);
        }
    }

    // The first check asks the server, so that a name is resolved and nothing older than the call counts.
    private static async Task<(PoolRecord Pool, Task? Changed)> CheckAsync(
        PoolContext context,
        PoolTarget target,
        IPoolFollower? follower,
        bool isFirst,
        CancellationToken cancellationToken
    )
    {
        if (follower is null)
            return (await target.FindAsync(context, cancellationToken), null);
        string id = target.Id;
        if (isFirst)
        {
            id = (await target.FindAsync(context, cancellationToken)).Id;
            await follower.CatchUpAsync(cancellationToken);
        }

        (PoolRecord? pool, Task changed) = follower.Observe(id);
        return pool is null ? throw PoolErrors.NotFound(target.Text, context.Session.Cluster) : (pool, changed);
    }

    private static void Report(IOperationObserver observer, PoolTarget target, PoolGoal goal, string status, bool completed) =>
        observer.Progress(new($"pool {target.Text}", $"Waiting for node pool {target.Text}: {goal.Text}", status, Completed: completed));

    private static string Describe(NodePoolStatus status)
    {
        string nodes = status.DesiredNodes is { } desired
            ? string.Create(CultureInfo.InvariantCulture, $"; {status.ActiveNodes ?? 0} of {desired} nodes active")
            : "";
        string message = status.Message.Length > 0 ? $"; {status.Message}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{status.Phase}, {status.Health}; generation {status.ObservedGeneration} of {status.Generation} observed{nodes}{message}"
        );
    }

    private static NodeManagerException Failed(NodePool pool) =>
        new(
            ErrorIds.NodePoolFailed,
            ErrorKind.InvalidOperation,
            $"Node pool '{pool.Name}' failed: {Describe(pool.Status!).TrimEnd('.')}.",
            pool.Name,
            "Read the controllers' messages with Get-NodePoolStatus, and correct the pool with Set-NodePool."
        );

    private static NodeManagerException TimedOut(NodePool pool, PoolGoal goal, TimeSpan timeout) =>
        new(
            ErrorIds.WaitTimeout,
            ErrorKind.OperationTimeout,
            $"Node pool '{pool.Name}' of '{pool.Cluster}' did not become {goal.Text} within {HumanDuration.Format(timeout)}: {Describe(pool.Status!).TrimEnd('.')}.",
            pool.Name,
            "Read the controllers' messages with Get-NodePoolStatus, or wait longer with -Timeout."
        );
}

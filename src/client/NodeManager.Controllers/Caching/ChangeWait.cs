using NodeManager.Kubernetes.Timing;

namespace NodeManager.Controllers.Caching;

/// <summary>
/// Waits on caches. Tasks of a failed cache are failed, so a caller that only awaits <see cref="Task.WhenAny(Task[])"/> would loop without
/// a pause and without observing its own cancellation.
/// </summary>
public static class ChangeWait
{
    /// <summary>Waits for the first of several changes.</summary>
    /// <param name="changes">Taken from caches before their state is read, so that no change is missed.</param>
    /// <param name="atMost">Null: no limit. Zero or less: no wait.</param>
    /// <param name="cancellationToken">Takes precedence over a change.</param>
    /// <returns>True at a change; false when the limit has expired.</returns>
    /// <remarks>
    /// The failure of a cache is thrown unchanged: a KubernetesException, or ObjectDisposedException if its session was closed.
    /// </remarks>
    public static async Task<bool> WaitForChangeAsync(
        this TimeProvider time,
        IEnumerable<Task> changes,
        TimeSpan? atMost,
        CancellationToken cancellationToken
    )
    {
        Task first;
        if (atMost is not { } limit)
        {
            first = await FirstAsync(changes, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            await first;
            return true;
        }

        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task timeUp = time.DelayAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, done.Token);
        first = await Task.WhenAny([.. changes, timeUp]);
        await done.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        await first;
        return first != timeUp;
    }

    // A drain waits this way for each pod, so it makes no timer and no second source of cancellation. Task.WaitAsync would leave its
    // continuation on changes that do not come.
    private static async Task<Task> FirstAsync(IEnumerable<Task> changes, CancellationToken cancellationToken)
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static source => ((TaskCompletionSource)source!).TrySetResult(),
            cancelled
        );
        return await Task.WhenAny([.. changes, cancelled.Task]);
    }
}

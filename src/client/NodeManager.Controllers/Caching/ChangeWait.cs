using NodeManager.Kubernetes.Timing;

namespace NodeManager.Controllers.Caching;

/// <summary>
/// The one wait on caches. A cache that has failed reports no further changes: every task that it hands out is then a failed one, and a caller that
/// awaits only <see cref="Task.WhenAny(Task[])"/> would look again forever, without a pause and without noticing its own cancellation.
/// </summary>
public static class ChangeWait
{
    /// <summary>Waits for the first of several changes.</summary>
    /// <param name="time">Measures the limit.</param>
    /// <param name="changes">As caches hand them out. Each is taken before the state is read, so that no change is missed.</param>
    /// <param name="atMost">Null: no limit. Zero or less: no wait.</param>
    /// <param name="cancellationToken">Ends the wait, also where a change has occurred.</param>
    /// <returns>True at a change; false when the time is up.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>What made a cache fail is thrown as it is: a KubernetesException, or ObjectDisposedException if its session was closed.</remarks>
    public static async Task<bool> WaitForChangeAsync(
        this TimeProvider time,
        IEnumerable<Task> changes,
        TimeSpan? atMost,
        CancellationToken cancellationToken
    )
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        TimeSpan limit =
            atMost is not { } given ? Timeout.InfiniteTimeSpan
            : given > TimeSpan.Zero ? given
            : TimeSpan.Zero;
        Task timeUp = time.DelayAsync(limit, done.Token);
        Task first = await Task.WhenAny([.. changes, timeUp]);
        await done.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        await first;
        return first != timeUp;
    }
}

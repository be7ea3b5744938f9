using System.Threading.Channels;

namespace NodeManager.Controllers.Queueing;

/// <summary>
/// Reconciles the objects of keys with their desired state, repeatedly. Level-triggered: it learns that something about a key changed, not what,
/// and compares what is with what should be. One key is never worked on twice at a time.
/// </summary>
/// <param name="queue">Keys to reconcile; an observer of a change adds its key.</param>
/// <param name="reconcile">Looks at a key and does what is needed next. Safe to repeat.</param>
/// <param name="failed">Told of each failure, and when the key is tried again.</param>
public sealed class Reconciler<TKey>(
    WorkQueue<TKey> queue,
    Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile,
    Action<TKey, Exception, TimeSpan> failed
)
    where TKey : notnull
{
    /// <summary>Works until cancelled, or until the queue is disposed of; ends when the work that was begun has ended.</summary>
    /// <param name="workers">How many keys are worked on concurrently.</param>
    /// <param name="cancellationToken">Stops it, and is passed to the work.</param>
    public Task RunAsync(int workers, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        return Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(cancellationToken), CancellationToken.None)));
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TKey key;
            try
            {
                key = await queue.TakeAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
            {
                return;
            }

            try
            {
                await WorkOnAsync(key, cancellationToken);
            }
            finally
            {
                queue.Done(key);
            }
        }
    }

    private async Task WorkOnAsync(TKey key, CancellationToken cancellationToken)
    {
        try
        {
            ReconcileResult result = await reconcile(key, cancellationToken);
            queue.Forget(key);
            if (result.After is { } after)
                queue.AddAfter(key, after);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next reconciliation reads it again.
        }
        catch (Exception exception)
        {
            failed(key, exception, queue.Retry(key));
        }
    }
}

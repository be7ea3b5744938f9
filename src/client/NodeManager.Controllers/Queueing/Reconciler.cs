using System.Threading.Channels;

namespace NodeManager.Controllers.Queueing;

/// <summary>
/// Reconciles objects with their desired state. Level-triggered: a key says that something changed, not what. A key is never processed
/// concurrently.
/// </summary>
/// <param name="queue">Keys to reconcile; observers of changes add to it.</param>
/// <param name="reconcile">Compares actual and desired state of a key and acts. Idempotent.</param>
/// <param name="failed">Receives each failure and the delay of its retry.</param>
public sealed class Reconciler<TKey>(
    WorkQueue<TKey> queue,
    Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile,
    Action<TKey, Exception, TimeSpan> failed
)
    where TKey : notnull
{
    /// <summary>Runs until cancelled or until the queue is disposed of, then waits for work in progress.</summary>
    /// <param name="workers">Keys processed concurrently.</param>
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

using NodeManager.Drains.Budgets;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Evictions;

/// <summary>
/// Sends eviction requests within the run's throttle, and a second request beside one that sleeps in the server if the budget's gate
/// allows: the first accepted one counts.
/// </summary>
internal sealed class EvictionSender(DrainScope scope)
{
    private readonly PodRemover _remover = new(scope);

    /// <summary>Null if the server accepted; else its last answer.</summary>
    public async Task<EvictionAnswer?> SendRequestAsync(
        PodRecord record,
        BudgetQueueEntry ticket,
        RemovalMode mode,
        Action changed,
        CancellationToken cancellationToken
    )
    {
        BudgetGate? gate = mode == RemovalMode.Evict ? ticket.Gate : null;
        Task retry = ticket.Retry;
        await scope.Throttle.WaitAsync(cancellationToken);
        record.RecordRequest(scope.Now);
        changed();
        List<Task<EvictionAnswer?>> sent = [SendAsync()];
        try
        {
            while (true)
            {
                Task first = await Task.WhenAny([.. sent, retry]);
                if (first is not Task<EvictionAnswer?> answered)
                {
                    retry = ticket.Retry;
                    // Does not wait for the throttle: requests of other pods come before a second one for the same pod.
                    if (scope.Throttle.Wait(0, CancellationToken.None))
                        sent.Add(SendAsync());
                    continue;
                }

                sent.Remove(answered);
                EvictionAnswer? answer = await answered;
                if (answer is not null && sent.Count > 0)
                    continue;
                gate?.RecordAnswer(ticket, answer is null, answer?.Kind == EvictionAnswerKind.BudgetRefuses);
                return answer;
            }
        }
        finally
        {
            if (sent.Count > 0)
                record.PendingRequests = EndOfAllAsync(sent);
        }

        async Task<EvictionAnswer?> SendAsync()
        {
            try
            {
                gate?.RecordRequest(ticket);
                return await _remover.RemoveAsync(ticket.Pod, mode, cancellationToken);
            }
            finally
            {
                scope.Throttle.Release();
            }
        }
    }

    private static async Task EndOfAllAsync(IEnumerable<Task> sent) =>
        await Task.WhenAll(sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

using NodeManager.Drains.Budgets;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Evictions;

/// <summary>
/// Asks the server to let a pod go, within the run's bound on requests, and once more beside a request that sleeps in the server where the
/// budget's gate says so: whichever is accepted first counts.
/// </summary>
internal sealed class EvictionSender(DrainScope scope)
{
    private readonly PodRemover _remover = new(scope);

    /// <summary>Null when the server accepted; else what it answered last.</summary>
    /// <param name="record">Of the pod.</param>
    /// <param name="ticket">Its place in the line before its budget.</param>
    /// <param name="mode">How it goes.</param>
    /// <param name="changed">Told when the request goes out.</param>
    /// <param name="cancellationToken">Stops it, see <see cref="PodRemover"/>.</param>
    public async Task<EvictionAnswer?> AskAsync(
        PodRecord record,
        BudgetQueueEntry ticket,
        RemovalMode mode,
        Action changed,
        CancellationToken cancellationToken
    )
    {
        BudgetGate? gate = mode == RemovalMode.Evict ? ticket.Gate : null;
        Task again = ticket.Again;
        await scope.Throttle.WaitAsync(cancellationToken);
        record.Attempt(scope.Now);
        changed();
        List<Task<EvictionAnswer?>> sent = [SendAsync()];
        try
        {
            while (true)
            {
                Task first = await Task.WhenAny([.. sent, again]);
                if (first is not Task<EvictionAnswer?> answered)
                {
                    again = ticket.Again;
                    // Not worth waiting for: others' requests are worth more than a second one for the same pod.
                    if (scope.Throttle.Wait(0, CancellationToken.None))
                        sent.Add(SendAsync());
                    continue;
                }

                sent.Remove(answered);
                EvictionAnswer? answer = await answered;
                if (answer is not null && sent.Count > 0)
                    continue;
                gate?.Answered(ticket, answer is null, answer?.Kind == EvictionAnswerKind.BudgetRefuses);
                return answer;
            }
        }
        finally
        {
            if (sent.Count > 0)
                record.Unanswered = Task.WhenAll(sent)
                    .ContinueWith(
                        static _ => { },
                        CancellationToken.None,
                        TaskContinuationOptions.ExecuteSynchronously,
                        TaskScheduler.Default
                    );
        }

        async Task<EvictionAnswer?> SendAsync()
        {
            try
            {
                gate?.Asks(ticket);
                return await _remover.AskAsync(ticket.Pod, mode, cancellationToken);
            }
            finally
            {
                scope.Throttle.Release();
            }
        }
    }
}

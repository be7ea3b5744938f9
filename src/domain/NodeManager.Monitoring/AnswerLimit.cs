namespace NodeManager.Monitoring;

/// <summary>Limits the wait for an answer: a silent server is as unreachable as one that refuses connections.</summary>
internal static class AnswerLimit
{
    /// <param name="limit">For all retries together.</param>
    /// <exception cref="TimeoutException">There was no answer in time.</exception>
    public static async Task<T> AwaitAsync<T>(
        TimeSpan limit,
        TimeProvider time,
        Func<CancellationToken, Task<T>> ask,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource end = new(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellationToken);
        try
        {
            return await ask(either.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer within {HumanDuration.Format(limit)}.");
        }
    }
}

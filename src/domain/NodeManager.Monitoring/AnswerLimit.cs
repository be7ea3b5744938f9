namespace NodeManager.Monitoring;

/// <summary>Bounds how long an answer is waited for: a server that takes requests and does not answer them is as unreachable as one that refuses them.</summary>
internal static class AnswerLimit
{
    /// <param name="limit">For the whole of it, all tries included.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ask">Sends what is to be answered.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="TimeoutException">There was no answer in time.</exception>
    public static async Task<T> AskAsync<T>(
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

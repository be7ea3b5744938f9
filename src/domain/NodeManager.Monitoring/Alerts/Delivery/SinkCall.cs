namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>Runs each attempt with a limit, and turns all failures into delivery failures.</summary>
internal static class SinkCall
{
    /// <returns>Null if the sink accepted it.</returns>
    public static async Task<AlertDeliveryException?> TryAsync(
        IAlertSink sink,
        TimeProvider wall,
        Func<CancellationToken, Task> send,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource limit = new(sink.Timeout, wall);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // A sink that ignores its token must not block other deliveries, nor the monitor's end.
            await send(either.Token).WaitAsync(either.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new($"no answer within {HumanDuration.Format(sink.Timeout)}.");
        }
        catch (AlertDeliveryException failure)
        {
            return failure;
        }
        catch (Exception defect) when (defect is not OperationCanceledException)
        {
            // Its message may contain an address.
            return new($"{defect.GetType().Name}.");
        }
    }
}

using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Core.Operations;

/// <summary>
/// Asks again where the server cannot be reached or fails: drains and maintenances take hours, and servers are restarted in between. What is
/// asked so must be safe to do twice.
/// </summary>
public sealed class UnreachableServerRetry(TimeProvider time, IOperationObserver observer)
{
    /// <summary>After so long without an answer it is said that there is none.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await action(cancellationToken);
            }
            catch (Exception exception)
                when (TransientFailure.Is(exception) && time.GetElapsedTime(start) < Limit && !cancellationToken.IsCancellationRequested)
            {
                observer.Verbose($"The API server does not answer correctly, retrying: {exception.Message}");
            }

            await Task.Delay(pause * (0.75 + (Random.Shared.NextDouble() / 2)), time, cancellationToken);
        }
    }

    public Task RunAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken) =>
        RunAsync(
            async token =>
            {
                await action(token);
                return true;
            },
            cancellationToken
        );
}

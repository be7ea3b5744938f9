using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Core.Operations;

/// <summary>
/// Retries while the server is unreachable or fails: drains and maintenance runs take hours, and servers restart meanwhile. Requests must
/// be idempotent.
/// </summary>
public sealed class UnreachableServerRetry(TimeProvider time, IOperationObserver observer)
{
    /// <summary>After this time without an answer the failure is final.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private static readonly RetryPolicy Policy = new()
    {
        FirstPause = TimeSpan.FromMilliseconds(500),
        LongestPause = TimeSpan.FromSeconds(5),
        Limit = Limit,
    };

    private volatile bool _hasSucceeded;

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        RetryPolicy policy = Policy with { IsTransient = IsTransient };
        T result = await policy.RunAsync(action, time, cancellationToken, Report);
        _hasSucceeded = true;
        return result;
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

    // A credential plugin that fails before any work did not lose the network: its user has to sign in.
    private bool IsTransient(Exception failure) => _hasSucceeded ? TransientFailure.IsDuringWork(failure) : TransientFailure.Is(failure);

    private void Report(Exception exception, int attempt) =>
        observer.Verbose($"The API server does not answer correctly, retrying: {exception.Message}");
}

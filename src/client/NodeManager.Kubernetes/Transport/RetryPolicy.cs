using System.Net;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Kubernetes.Transport;

/// <summary>
/// Which failures of a request are retried, how often and after what pause. A pause doubles with each attempt, and is between half of that and
/// all of it: clients that failed together do not return together.
/// </summary>
public sealed record RetryPolicy
{
    /// <summary>Requests that can be sent twice, while the server is overloaded or restarts.</summary>
    public static RetryPolicy Requests { get; } =
        new()
        {
            MaximumAttempts = 5,
            FirstPause = TimeSpan.FromMilliseconds(125),
            LongestPause = TimeSpan.FromSeconds(30),
            IsTransient = TransientFailure.Is,
        };

    /// <summary>Changes of an object that other clients change too. The action reads the object each time.</summary>
    public static RetryPolicy Conflicts { get; } =
        new()
        {
            MaximumAttempts = 10,
            FirstPause = TimeSpan.FromMilliseconds(5),
            LongestPause = TimeSpan.FromMilliseconds(400),
            IsTransient = static exception => exception is KubernetesException { Code: HttpStatusCode.Conflict },
        };

    /// <summary>The total number of attempts.</summary>
    public int MaximumAttempts { get; init; } = int.MaxValue;

    public required TimeSpan FirstPause { get; init; }

    /// <summary>A server that asks for more than this is not waited for.</summary>
    public required TimeSpan LongestPause { get; init; }

    /// <summary>No attempt starts later than this after the first; null: no limit.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>Whether a failure can be another one next time.</summary>
    public Func<Exception, bool> IsTransient { get; init; } = static _ => false;

    /// <summary>The pause after an attempt that failed.</summary>
    /// <param name="attempt">From 1.</param>
    /// <param name="retryAfter">What the server asked for; it counts if it is longer.</param>
    public TimeSpan PauseAfter(int attempt, TimeSpan? retryAfter = null)
    {
        double doubled = FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 20));
        var pause = TimeSpan.FromMilliseconds(Math.Min(doubled, LongestPause.TotalMilliseconds) * (0.5 + (Random.Shared.NextDouble() / 2)));
        return retryAfter > pause ? retryAfter.Value : pause;
    }

    /// <summary>Runs an action until it ends, or fails in a way that is not retried. The last failure is thrown.</summary>
    /// <param name="action">Must be safe to repeat.</param>
    /// <param name="time">The clock of the pauses.</param>
    /// <param name="cancellationToken">Stops the attempts and the pauses.</param>
    /// <param name="retrying">Receives each failure that is retried, and the number of its attempt.</param>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> action,
        TimeProvider time,
        CancellationToken cancellationToken,
        Action<Exception, int>? retrying = null
    )
    {
        long start = time.GetTimestamp();
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan? retryAfter;
            try
            {
                return await action(cancellationToken);
            }
            catch (Exception exception)
                when (attempt < MaximumAttempts
                    && !cancellationToken.IsCancellationRequested
                    && !(time.GetElapsedTime(start) >= Limit)
                    && IsTransient(exception)
                )
            {
                retryAfter = (exception as KubernetesException)?.RetryAfter;
                retrying?.Invoke(exception, attempt);
            }

            TimeSpan pause = PauseAfter(attempt, retryAfter < LongestPause ? retryAfter : null);
            await time.DelayAsync(pause, cancellationToken);
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(
        Func<CancellationToken, Task> action,
        TimeProvider time,
        CancellationToken cancellationToken,
        Action<Exception, int>? retrying = null
    ) =>
        RunAsync(
            async token =>
            {
                await action(token);
                return true;
            },
            time,
            cancellationToken,
            retrying
        );
}

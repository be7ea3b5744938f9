namespace NodeManager.Controllers.Queueing;

/// <summary>The delays of retries in a <see cref="WorkQueue{TKey}"/>, and the rate limit of all keys together.</summary>
public sealed record RetryOptions
{
    /// <summary>Before the first retry of a key; doubles with each further one. More than zero.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Before jitter.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The maximum random addition, so that keys that failed together are not retried together; 0.2 is up to a fifth.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>All keys together.</summary>
    public double RetriesPerSecond { get; init; } = 10;

    /// <summary>Retries above the rate after a quiet time.</summary>
    public int Burst { get; init; } = 100;
}

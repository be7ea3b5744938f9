namespace NodeManager.Controllers.Queueing;

/// <summary>How long a <see cref="WorkQueue{TKey}"/> waits before a key is tried again, and the rate limit of all keys together.</summary>
public sealed record RetryOptions
{
    /// <summary>Before the first retry of a key; each further one waits twice as long. More than zero.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait, before the jitter.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How much of a delay may be added at random, so that keys that failed together do not come back together; 0.2 is up to a fifth.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>Retries a second, all keys together.</summary>
    public double RetriesPerSecond { get; init; } = 10;

    /// <summary>Retries that need not wait for that, after a quiet time.</summary>
    public int Burst { get; init; } = 100;
}

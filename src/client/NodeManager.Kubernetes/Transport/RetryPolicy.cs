using System.Net;

namespace NodeManager.Kubernetes.Transport;

/// <summary>Number and delays of retries.</summary>
internal static class RetryPolicy
{
    public const int MaximumTries = 5;

    /// <summary>A longer Retry-After is not waited for, but reported to the caller.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a retry may have another result.</summary>
    public static bool MayPass(HttpStatusCode code, RetryMode mode) =>
        mode switch
        {
            RetryMode.Always => TransientFailure.Is(code),
            RetryMode.WhenRefused => code is HttpStatusCode.TooManyRequests,
            _ => false,
        };

    /// <summary>Doubles with each try, with jitter from 0.5 to 1.5, so that clients do not retry in step.</summary>
    /// <param name="tries">From 1.</param>
    /// <param name="limit">Before jitter.</param>
    public static TimeSpan BackOff(int tries, TimeSpan? limit = null)
    {
        double wait = FirstWait.TotalMilliseconds * Math.Pow(2, Math.Min(tries - 1, 16));
        wait = Math.Min(wait, (limit ?? LongestWait).TotalMilliseconds);
        return TimeSpan.FromMilliseconds(wait * (0.5 + Random.Shared.NextDouble()));
    }
}

using System.Net;

namespace NodeManager.Kubernetes.Transport;

/// <summary>How often and after what time a request is sent again.</summary>
internal static class RetryPolicy
{
    public const int MaximumTries = 5;

    /// <summary>A server that asks for more than this is not waited for; the caller hears what it asked.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether an answer of this code may be another one next time.</summary>
    public static bool MayPass(HttpStatusCode code, RetryMode mode) =>
        mode switch
        {
            RetryMode.Always => TransientFailure.Is(code),
            RetryMode.WhenRefused => code is HttpStatusCode.TooManyRequests,
            _ => false,
        };

    /// <summary>Doubles with each try and is spread between half and one and a half of that, so that clients do not come back in step.</summary>
    /// <param name="tries">How often it was tried, from 1.</param>
    /// <param name="limit">The longest wait before spreading.</param>
    public static TimeSpan BackOff(int tries, TimeSpan? limit = null)
    {
        double wait = FirstWait.TotalMilliseconds * Math.Pow(2, Math.Min(tries - 1, 16));
        wait = Math.Min(wait, (limit ?? LongestWait).TotalMilliseconds);
        return TimeSpan.FromMilliseconds(wait * (0.5 + Random.Shared.NextDouble()));
    }
}

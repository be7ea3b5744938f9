namespace NodeManager.Autoscaling.Planning.Inputs;

/// <summary>
/// A pool, or one of its shapes in a zone, whose provider could not create a machine. Other pools get the machines meanwhile. The delays are
/// those of cluster-autoscaler: 5 minutes, doubled up to 30, and forgotten after 3 hours.
/// </summary>
/// <param name="Claim">The UID of the last claim that failed.</param>
/// <param name="Failures">Claims that failed in a row.</param>
/// <param name="FailedAt">The last observation of the failure.</param>
/// <param name="Message">The provider's message.</param>
internal sealed record PoolBackoff(string Claim, int Failures, DateTimeOffset FailedAt, string Message)
{
    public static readonly TimeSpan First = TimeSpan.FromMinutes(5),
        Longest = TimeSpan.FromMinutes(30),
        ForgottenAfter = TimeSpan.FromHours(3);

    /// <summary>When machines are created there again.</summary>
    public DateTimeOffset Until => FailedAt + DelayOf(First, Longest, Failures);

    /// <summary>A delay that doubles with each failure.</summary>
    public static TimeSpan DelayOf(TimeSpan first, TimeSpan longest, int failures)
    {
        TimeSpan delay = first * Math.Pow(2, Math.Min(failures - 1, 10));
        return delay < longest ? delay : longest;
    }

    public static string KeyOf(string pool, string? zone, string? shape) => $"{pool}\n{zone}\n{shape}";

    /// <summary>Of the whole pool.</summary>
    public static string KeyOf(string pool) => pool;

    public PoolBackoff Shift(TimeSpan by) => this with { FailedAt = FailedAt + by };
}

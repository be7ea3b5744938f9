using System.Threading.RateLimiting;

namespace NodeManager.Server.Delegation;

/// <summary>
/// Rate limits of reviews. Unknown tokens are limited by client address, which anonymous clients cannot take from others; accepted tokens
/// and permissions by user. Thread-safe.
/// </summary>
internal sealed class ReviewBudgets : IDisposable
{
    /// <summary>Per address: burst, and rate per second.</summary>
    public const int UnknownBurst = 40,
        UnknownPerSecond = 10;

    /// <summary>For all addresses together, because a client may have many.</summary>
    public const int AllUnknownBurst = 200,
        AllUnknownPerSecond = 50;

    /// <summary>Per user: a token is reviewed once in eight seconds, however many requests carry it.</summary>
    public const int KnownBurst = 100,
        KnownPerSecond = 20;

    /// <summary>Per user: a drain checks each namespace on its node.</summary>
    public const int AccessBurst = 400,
        AccessPerSecond = 100;

    private readonly PartitionedRateLimiter<string> _unknown = Limiter(UnknownBurst, UnknownPerSecond);
    private readonly PartitionedRateLimiter<string> _allUnknown = Limiter(AllUnknownBurst, AllUnknownPerSecond);
    private readonly PartitionedRateLimiter<string> _known = Limiter(KnownBurst, KnownPerSecond);
    private readonly PartitionedRateLimiter<string> _access = Limiter(AccessBurst, AccessPerSecond);

    public bool TakeUnknownToken(string source) => Take(_unknown, source) && Take(_allUnknown, "");

    public bool TakeKnownToken(string user) => Take(_known, user);

    public bool TakeAccessReview(string user) => Take(_access, user);

    public void Dispose()
    {
        _unknown.Dispose();
        _allUnknown.Dispose();
        _known.Dispose();
        _access.Dispose();
    }

    private static bool Take(PartitionedRateLimiter<string> limiter, string key)
    {
        using RateLimitLease lease = limiter.AttemptAcquire(key);
        return lease.IsAcquired;
    }

    // The limiter removes idle partitions itself.
    private static PartitionedRateLimiter<string> Limiter(int burst, int perSecond) =>
        PartitionedRateLimiter.Create<string, string>(key =>
            RateLimitPartition.GetTokenBucketLimiter(
                key,
                _ =>
                    new()
                    {
                        TokenLimit = burst,
                        TokensPerPeriod = perSecond,
                        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                        QueueLimit = 0,
                        AutoReplenishment = true,
                    }
            )
        );
}

using System.Threading.RateLimiting;

namespace NodeManager.Server.Delegation;

/// <summary>
/// How often the API server is asked about callers. Unknown tokens have budgets by their source address, which a client without credentials cannot
/// take from others; tokens that were accepted before, and permissions, have budgets by user. Thread-safe.
/// </summary>
internal sealed class ReviewBudgets : IDisposable
{
    /// <summary>For each address, at once and for each second.</summary>
    public const int UnknownBurst = 40,
        UnknownPerSecond = 10;

    /// <summary>For all addresses together: a client may have many.</summary>
    public const int AllUnknownBurst = 200,
        AllUnknownPerSecond = 50;

    /// <summary>For each user: a token is reviewed once in eight seconds, however many requests carry it.</summary>
    public const int KnownBurst = 100,
        KnownPerSecond = 20;

    /// <summary>For each user: a drain asks about each namespace on its node.</summary>
    public const int AccessBurst = 400,
        AccessPerSecond = 100;

    private readonly PartitionedRateLimiter<string> _unknown = Limiter(UnknownBurst, UnknownPerSecond);
    private readonly PartitionedRateLimiter<string> _allUnknown = Limiter(AllUnknownBurst, AllUnknownPerSecond);
    private readonly PartitionedRateLimiter<string> _known = Limiter(KnownBurst, KnownPerSecond);
    private readonly PartitionedRateLimiter<string> _access = Limiter(AccessBurst, AccessPerSecond);

    /// <summary>A token that was not accepted lately.</summary>
    /// <param name="source">The address that it came from.</param>
    public bool TakeUnknownToken(string source) => Take(_unknown, source) && Take(_allUnknown, "");

    /// <summary>A token that was accepted before.</summary>
    /// <param name="user">Whose it was.</param>
    public bool TakeKnownToken(string user) => Take(_known, user);

    /// <summary>A review of what a user may do.</summary>
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

    // Partitions that are full again are removed by the limiter itself.
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

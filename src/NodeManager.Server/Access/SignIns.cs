using System.Threading.RateLimiting;

namespace NodeManager.Server.Access;

/// <summary>
/// One-time links and their browser sessions. A link's secret is in the URL fragment, which browsers do not send; the page exchanges it for
/// a session token. Thread-safe.
/// </summary>
internal sealed class SignIns(TimeProvider time) : IDisposable
{
    /// <summary>Wrong secrets per address and minute.</summary>
    public const int RefusalsPerMinute = 10;

    /// <summary>A link can be used once within this time.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(12);

    // A limit for a client that creates links in a loop.
    private const int MaximumSessions = 1000;

    private readonly PartitionedRateLimiter<string> _refusals = PartitionedRateLimiter.Create<string, string>(static address =>
        RateLimitPartition.GetFixedWindowLimiter(
            address,
            static _ =>
                new()
                {
                    PermitLimit = RefusalsPerMinute,
                    Window = TimeSpan.FromMinutes(1),
                    QueueLimit = 0,
                }
        )
    );

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Level, DateTimeOffset Expires)> _links = [];
    private readonly Dictionary<string, (Grant Grant, DateTimeOffset Expires)> _sessions = [];

    public string CreateLink(string level)
    {
        string secret = AccessSecret.Create();
        lock (_lock)
        {
            RemoveExpired();
            _links[AccessSecret.HashOf(secret)] = (level, time.GetUtcNow() + LinkLifetime);
        }

        return secret;
    }

    /// <summary>Exchanges a link's secret for a session id. Null if the secret is wrong, used or expired.</summary>
    public string? Exchange(string secret)
    {
        lock (_lock)
        {
            RemoveExpired();
            if (!_links.Remove(AccessSecret.HashOf(secret), out var link))
                return null;
            if (_sessions.Count >= MaximumSessions)
                EndOldest();
            string id = AccessSecret.Create();
            _sessions[AccessSecret.HashOf(id)] = (new(link.Level, SessionLifetime, time), time.GetUtcNow() + SessionLifetime);
            return id;
        }
    }

    /// <summary>Counts a wrong secret. False: the address exceeds its limit.</summary>
    public bool TakeRefusal(string address)
    {
        using RateLimitLease lease = _refusals.AttemptAcquire(address);
        return lease.IsAcquired;
    }

    public void Dispose() => _refusals.Dispose();

    /// <summary>Null if unknown or expired.</summary>
    public Grant? Find(string id)
    {
        string hash = AccessSecret.HashOf(id);
        Grant expired;
        lock (_lock)
        {
            if (!_sessions.TryGetValue(hash, out var session))
                return null;
            if (session.Expires > time.GetUtcNow())
                return session.Grant;
            _sessions.Remove(hash);
            expired = session.Grant;
        }

        expired.End();
        return null;
    }

    public void End(string id)
    {
        (Grant Grant, DateTimeOffset Expires) session;
        lock (_lock)
            _sessions.Remove(AccessSecret.HashOf(id), out session);
        session.Grant?.End();
    }

    private void EndOldest()
    {
        (string id, (Grant grant, _)) = _sessions.MinBy(static session => session.Value.Expires);
        _sessions.Remove(id);
        grant.End();
    }

    private void RemoveExpired()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (string link in _links.Where(l => l.Value.Expires <= now).Select(l => l.Key).ToList())
            _links.Remove(link);
        foreach ((string id, (Grant grant, _)) in _sessions.Where(s => s.Value.Expires <= now).ToList())
        {
            _sessions.Remove(id);
            grant.End();
        }
    }
}

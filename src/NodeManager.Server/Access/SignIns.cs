using System.Threading.RateLimiting;

namespace NodeManager.Server.Access;

/// <summary>
/// One-time links and the browser sessions that they open. The secret of a link is in the URL fragment, which browsers do not send; the page
/// behind it exchanges the secret for the token of a session. Thread-safe.
/// </summary>
/// <param name="time">Decides what has expired.</param>
internal sealed class SignIns(TimeProvider time) : IDisposable
{
    /// <summary>How many wrong secrets an address may send in a minute.</summary>
    public const int RefusalsPerMinute = 10;

    /// <summary>How long a link can be used, once.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(5);

    /// <summary>How long a browser session lasts.</summary>
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(12);

    // Enough for people; a limit for a client that creates links in a loop.
    private const int MostSessions = 1000;

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

    /// <summary>Makes a link's secret.</summary>
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

    /// <summary>Exchanges a link's secret for the id of a session. Null where the secret is wrong, was used or has expired.</summary>
    public string? Exchange(string secret)
    {
        lock (_lock)
        {
            RemoveExpired();
            if (!_links.Remove(AccessSecret.HashOf(secret), out var link))
                return null;
            if (_sessions.Count >= MostSessions)
                EndOldest();
            string id = AccessSecret.Create();
            _sessions[AccessSecret.HashOf(id)] = (new(link.Level, SessionLifetime, time), time.GetUtcNow() + SessionLifetime);
            return id;
        }
    }

    /// <summary>Counts a wrong secret. False: its address has sent too many.</summary>
    public bool TakeRefusal(string address)
    {
        using RateLimitLease lease = _refusals.AttemptAcquire(address);
        return lease.IsAcquired;
    }

    public void Dispose() => _refusals.Dispose();

    /// <summary>The grant of a session; null where it is unknown or has expired.</summary>
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

    /// <summary>Ends a session.</summary>
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

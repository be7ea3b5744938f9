namespace NodeManager.Server.Access;

/// <summary>
/// One-time links and the browser sessions that they open. The secret of a link is in the URL fragment, which browsers do not send; the page
/// behind it exchanges the secret for a cookie. Thread-safe.
/// </summary>
/// <param name="time">Decides what has expired.</param>
internal sealed class SignIns(TimeProvider time)
{
    /// <summary>How long a link can be used, once.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(5);

    /// <summary>How long a browser session lasts.</summary>
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(12);

    // Enough for people; a limit for a client that creates links in a loop.
    private const int MostSessions = 1000;

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
            if (!_links.Remove(AccessSecret.HashOf(secret), out var link) || _sessions.Count >= MostSessions) return null;
            string id = AccessSecret.Create();
            _sessions[AccessSecret.HashOf(id)] = (new(link.Level, SessionLifetime, time), time.GetUtcNow() + SessionLifetime);
            return id;
        }
    }

    /// <summary>The grant of a session; null where it is unknown or has expired.</summary>
    public Grant? Find(string id)
    {
        string hash = AccessSecret.HashOf(id);
        Grant expired;
        lock (_lock)
        {
            if (!_sessions.TryGetValue(hash, out var session)) return null;
            if (session.Expires > time.GetUtcNow()) return session.Grant;
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
        lock (_lock) _sessions.Remove(AccessSecret.HashOf(id), out session);
        session.Grant?.End();
    }

    private void RemoveExpired()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (string link in _links.Where(l => l.Value.Expires <= now).Select(l => l.Key).ToList()) _links.Remove(link);
        foreach ((string id, (Grant grant, _)) in _sessions.Where(s => s.Value.Expires <= now).ToList())
        {
            _sessions.Remove(id);
            grant.End();
        }
    }
}

namespace NodeManager.Server.Access;

/// <summary>The tokens that the server issued at its start, one a level. Only their hashes are kept. Thread-safe.</summary>
internal sealed class LocalTokens : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Grant> _grants = [];

    /// <summary>Issues a token.</summary>
    /// <param name="level">See <see cref="AccessLevel"/>.</param>
    /// <returns>It cannot be read again.</returns>
    public string Issue(string level)
    {
        string token = AccessSecret.Create();
        Add(token, level);
        return token;
    }

    /// <summary>Accepts a token that another client made.</summary>
    public void Add(string token, string level) => AddHash(AccessSecret.HashOf(token), level);

    /// <summary>Accepts the token with this hash; the token itself is never known here.</summary>
    public void AddHash(string hash, string level)
    {
        lock (_lock)
            _grants.Add(hash.ToUpperInvariant(), new(level, Timeout.InfiniteTimeSpan, TimeProvider.System));
    }

    /// <summary>The grant of a token; null where there is none.</summary>
    public Grant? Find(string token)
    {
        lock (_lock)
            return _grants.GetValueOrDefault(AccessSecret.HashOf(token));
    }

    /// <summary>Ends a token, and with it the requests and event streams that it opened. Does nothing for one that is not known.</summary>
    public void Revoke(string token)
    {
        Grant? grant;
        lock (_lock)
            _grants.Remove(AccessSecret.HashOf(token), out grant);
        grant?.End();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Grant grant in _grants.Values)
                grant.Dispose();
            _grants.Clear();
        }
    }
}

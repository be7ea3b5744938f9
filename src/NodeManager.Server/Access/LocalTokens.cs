namespace NodeManager.Server.Access;

/// <summary>The server's tokens, one per level, stored as hashes. Thread-safe.</summary>
internal sealed class LocalTokens : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Grant> _grants = [];

    /// <param name="level">See <see cref="AccessLevel"/>.</param>
    /// <returns>The token, which is not stored.</returns>
    public string Issue(string level)
    {
        string token = AccessSecret.Create();
        Add(token, level);
        return token;
    }

    public void Add(string token, string level) => AddHash(AccessSecret.HashOf(token), level);

    public void AddHash(string hash, string level)
    {
        lock (_lock)
            _grants.Add(hash.ToUpperInvariant(), new(level, Timeout.InfiniteTimeSpan, TimeProvider.System));
    }

    /// <summary>Null for an unknown token.</summary>
    public Grant? Find(string token)
    {
        lock (_lock)
            return _grants.GetValueOrDefault(AccessSecret.HashOf(token));
    }

    /// <summary>Revokes a token with its requests and event streams. Idempotent.</summary>
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

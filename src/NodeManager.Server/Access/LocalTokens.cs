using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Server.Access;

/// <summary>The tokens that the server issued at its start, one a level. Only their hashes are kept. Thread-safe.</summary>
internal sealed class LocalTokens : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Grant> _grants = [];

    /// <summary>Issues a token.</summary>
    /// <param name="level">See <see cref="AccessLevel"/>.</param>
    /// <returns>160 bits as lower-case hexadecimal digits. It cannot be read again.</returns>
    public string Issue(string level)
    {
        string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        Add(token, level);
        return token;
    }

    /// <summary>Accepts a token that somebody else made.</summary>
    public void Add(string token, string level)
    {
        lock (_lock) _grants.Add(HashOf(token), new(level));
    }

    /// <summary>The grant of a token; null where there is none.</summary>
    public Grant? Find(string token)
    {
        // Looked up by hash: how long that takes tells nothing about the token.
        lock (_lock) return _grants.GetValueOrDefault(HashOf(token));
    }

    /// <summary>Ends a token, and with it the requests and event streams that it opened. Does nothing for one that is not known.</summary>
    public void Revoke(string token)
    {
        Grant? grant;
        lock (_lock) _grants.Remove(HashOf(token), out grant);
        grant?.End();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Grant grant in _grants.Values) grant.Dispose();
            _grants.Clear();
        }
    }

    private static string HashOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

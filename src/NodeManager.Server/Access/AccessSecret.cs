using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Server.Access;

/// <summary>Random secrets of callers, which are stored as hashes only.</summary>
internal static class AccessSecret
{
    /// <summary>256 bits in lowercase hexadecimal digits.</summary>
    public static string Create() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>The stored hash. The timing of a lookup by hash reveals nothing about the secret.</summary>
    public static string HashOf(string secret) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}

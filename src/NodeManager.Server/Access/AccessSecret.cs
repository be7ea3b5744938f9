using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Server.Access;

/// <summary>What callers prove themselves with: random, handed out once, kept as a hash.</summary>
internal static class AccessSecret
{
    /// <summary>A new one of 256 bits, as lower-case hexadecimal digits.</summary>
    public static string Create() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>The stored hash. The duration of a lookup by hash reveals nothing about the secret.</summary>
    public static string HashOf(string secret) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}

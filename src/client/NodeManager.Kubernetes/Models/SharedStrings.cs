using System.Runtime.InteropServices;
using System.Text;

namespace NodeManager.Kubernetes.Models;

/// <summary>
/// Interns UTF-8 text without allocating it again: labels, images and reasons of thousands of objects are the same few hundred texts. A
/// fixed-size table; a collision replaces the entry. Not for secrets. Thread-safe.
/// </summary>
internal static class SharedStrings
{
    public const int Longest = 128;

    private static readonly string?[] Seen = new string?[8192];

    /// <param name="text">UTF-8.</param>
    public static string Get(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return "";
        if (text.Length > Longest)
            return Encoding.UTF8.GetString(text);
        ref string? place = ref Seen[Hash(text) % (uint)Seen.Length];
        string? seen = place;
        return seen is not null && Ascii.Equals(text, seen) ? seen : place = Encoding.UTF8.GetString(text);
    }

    // Colliding texts replace each other, so an attacker gains nothing from collisions.
    internal static uint Hash(ReadOnlySpan<byte> text)
    {
        const ulong Factor = 0x9E3779B97F4A7C15;
        ulong hash = (ulong)text.Length;
        while (text.Length >= sizeof(ulong))
        {
            hash = (ulong.RotateLeft(hash, 5) ^ MemoryMarshal.Read<ulong>(text)) * Factor;
            text = text[sizeof(ulong)..];
        }

        foreach (byte one in text)
            hash = (ulong.RotateLeft(hash, 5) ^ one) * Factor;
        return (uint)(hash >> 32);
    }
}

using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Sandbox.Copying;

/// <summary>
/// Replaces UIDs of copied objects, so that a copy is never taken for its original; references (owners, volume claims, job labels) follow.
/// Equal seeds give equal UIDs.
/// </summary>
internal static class CopiedIdentities
{
    /// <summary>Replaces the UIDs of all objects and owners, including owners that were not copied.</summary>
    public static void Replace(int seed, IReadOnlyCollection<SourcePage> pages)
    {
        Dictionary<string, byte[]> replaced = new(StringComparer.Ordinal);
        foreach (string uid in pages.SelectMany(static page => page.Uids))
            if (!replaced.ContainsKey(uid))
                replaced.Add(uid, Encoding.ASCII.GetBytes(New(seed, uid)));
        Dictionary<string, byte[]>.AlternateLookup<ReadOnlySpan<char>> known = replaced.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (SourcePage page in pages)
        {
            page.Replace(text =>
            {
                Span<char> uid = stackalloc char[SourcePage.UidLength];
                if (known.TryGetValue(uid[..Encoding.UTF8.GetChars(text, uid)], out byte[]? own))
                    own.CopyTo(text);
            });
        }
    }

    private static string New(int seed, string uid)
    {
        byte[] bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{uid}"))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}

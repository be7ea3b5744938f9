using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Sandbox.Copying;

/// <summary>
/// New UIDs for copied objects: a copy is never taken for its original, and whatever names an object by its UID (owners, claims of volumes,
/// labels of jobs) names the copy. The same seed gives the same ones.
/// </summary>
internal static class CopiedIdentities
{
    /// <summary>Replaces the UIDs of all objects and of all owners, copied or not, wherever they are.</summary>
    /// <param name="seed">Of the copy.</param>
    /// <param name="pages">All that is copied.</param>
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

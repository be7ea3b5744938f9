namespace NodeManager.Sandbox.Model.Documents;

/// <summary>A hash that is stable across processes (FNV-1a with a final mix).</summary>
internal static class StableHash
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static uint Of(ReadOnlySpan<char> text, int seed = 0)
    {
        uint hash = 2166136261 ^ (uint)seed;
        foreach (char letter in text)
            hash = (hash ^ letter) * 16777619;
        hash ^= hash >> 16;
        hash *= 0x7feb352d;
        hash ^= hash >> 15;
        hash *= 0x846ca68b;
        return hash ^ (hash >> 16);
    }

    /// <summary>In the alphabet of template hashes, whose letters and digits form no words.</summary>
    public static string Name(ReadOnlySpan<char> text)
    {
        ulong hash = ((ulong)Of(text) << 32) | Of(text, 7);
        return string.Create(
            10,
            hash,
            static (target, rest) =>
            {
                for (int index = 0; index < target.Length; index++, rest /= (ulong)Alphabet.Length)
                    target[index] = Alphabet[(int)(rest % (ulong)Alphabet.Length)];
            }
        );
    }
}

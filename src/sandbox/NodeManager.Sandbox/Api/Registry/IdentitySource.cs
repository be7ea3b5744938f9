namespace NodeManager.Sandbox.Api.Registry;

/// <summary>Generates UIDs and name suffixes from the cluster's seed.</summary>
internal sealed class IdentitySource(int seed)
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);

    public string NextUid()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_lock)
            _random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>Five characters.</summary>
    public string NextSuffix()
    {
        lock (_lock)
            return string.Create(5, _random, static (text, random) => random.GetItems(Alphabet, text));
    }
}

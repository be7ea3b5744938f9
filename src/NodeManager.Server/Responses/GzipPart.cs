using System.Buffers.Binary;
using System.IO.Compression;

namespace NodeManager.Server.Responses;

/// <summary>
/// A compressed text without back-references outside of it: the same bytes fit into any gzip stream at any position. So each text is
/// compressed once for all streams, without memory per stream. Source: RFC 1951 and RFC 1952.
/// </summary>
/// <param name="Block">Deflate blocks, aligned to a byte.</param>
internal sealed record GzipPart(ReadOnlyMemory<byte> Block, uint Checksum, int Length)
{
    private const int HeaderLength = 10,
        TrailerLength = 8;

    public static GzipPart Of(ReadOnlySpan<byte> text)
    {
        using var into = new MemoryStream();
        int end;
        using (var gzip = new GZipStream(into, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(text);
            // Outputs the complete text and aligns the next block to a byte.
            gzip.Flush();
            end = (int)into.Length;
        }

        ReadOnlySpan<byte> all = into.GetBuffer().AsSpan(0, (int)into.Length);
        return new(all[HeaderLength..end].ToArray(), BinaryPrimitives.ReadUInt32LittleEndian(all[^TrailerLength..]), text.Length);
    }
}

/// <summary>The gzip stream of one reader from parts. Its only state is the checksum.</summary>
internal sealed class GzipSequence
{
    // An empty final block.
    private const ushort LastBlock = 0x0003;

    // The CRC-32 polynomial, bits reversed.
    private const uint Polynomial = 0xEDB88320;

    // x^(2^n) modulo the polynomial.
    private static readonly uint[] Powers = MakePowers();

    private uint _checksum;
    private uint _length;

    /// <summary>The gzip header: deflate, no name, no time, unknown system.</summary>
    public static ReadOnlyMemory<byte> Header { get; } = new byte[] { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF };

    public ReadOnlyMemory<byte> Add(GzipPart part)
    {
        _checksum = Multiply(PowerOf(part.Length), _checksum) ^ part.Checksum;
        _length += (uint)part.Length;
        return part.Block;
    }

    public ReadOnlyMemory<byte> End()
    {
        byte[] end = new byte[10];
        BinaryPrimitives.WriteUInt16LittleEndian(end, LastBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(2), _checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(6), _length);
        return end;
    }

    // Combines checksums: the first one is multiplied by x to the power of the second text's bits, as in zlib's crc32_combine.
    private static uint PowerOf(int bytes)
    {
        uint power = 1u << 31;
        for (int i = 3; bytes > 0; bytes >>= 1, i++)
            if ((bytes & 1) != 0)
                power = Multiply(Powers[i % Powers.Length], power);
        return power;
    }

    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (uint bit = 1u << 31; bit != 0; bit >>= 1)
        {
            if ((a & bit) != 0)
                product ^= b;
            b = (b & 1) != 0 ? (b >> 1) ^ Polynomial : b >> 1;
        }

        return product;
    }

    private static uint[] MakePowers()
    {
        uint[] powers = new uint[32];
        powers[0] = 1u << 30;
        for (int i = 1; i < powers.Length; i++)
            powers[i] = Multiply(powers[i - 1], powers[i - 1]);
        return powers;
    }
}

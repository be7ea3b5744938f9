using System.Buffers.Binary;
using System.IO.Compression;

namespace NodeManager.Server.EventStream;

/// <summary>
/// A text, compressed so that it refers to nothing before it: the same bytes fit into any gzip stream, at any place. So a text is compressed once, however
/// many streams carry it, and streams need no memory for it. Source: RFC 1951 and RFC 1952.
/// </summary>
/// <param name="Block">Deflate blocks that end at a byte.</param>
/// <param name="Checksum">CRC-32 of the text.</param>
/// <param name="Length">Bytes of the text.</param>
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
            // All of the text is out after it, and the next block begins at a byte.
            gzip.Flush();
            end = (int)into.Length;
        }

        ReadOnlySpan<byte> all = into.GetBuffer().AsSpan(0, (int)into.Length);
        return new(all[HeaderLength..end].ToArray(), BinaryPrimitives.ReadUInt32LittleEndian(all[^TrailerLength..]), text.Length);
    }
}

/// <summary>The gzip stream of one reader, put together from parts. Keeps the checksum alone.</summary>
internal sealed class GzipSequence
{
    // An empty block that is the last one.
    private const ushort LastBlock = 0x0003;

    // Of CRC-32, its bits reversed.
    private const uint Polynomial = 0xEDB88320;

    // The power 2^n of x, modulo the polynomial.
    private static readonly uint[] Powers = MakePowers();

    private uint _checksum;
    private uint _length;

    /// <summary>What the stream begins with: deflate, no name, no time, unknown system.</summary>
    public static ReadOnlyMemory<byte> Header { get; } = new byte[] { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF };

    /// <summary>What to send for a part.</summary>
    public ReadOnlyMemory<byte> Add(GzipPart part)
    {
        _checksum = Multiply(PowerOf(part.Length), _checksum) ^ part.Checksum;
        _length += (uint)part.Length;
        return part.Block;
    }

    /// <summary>What the stream ends with.</summary>
    public ReadOnlyMemory<byte> End()
    {
        byte[] end = new byte[10];
        BinaryPrimitives.WriteUInt16LittleEndian(end, LastBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(2), _checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(6), _length);
        return end;
    }

    // The checksum of two texts follows from theirs: that of the first, multiplied by x to the power of the bits of the second. As crc32_combine of zlib.
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

using System.Text;

namespace NodeManager.Kubernetes.Tests.Protobuf;

/// <summary>Writes messages as the API server does.</summary>
internal static class WireBytes
{
    public static byte[] Text(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    public static byte[] Field(int number, params byte[][] content)
    {
        byte[] message = [.. content.SelectMany(static one => one)];
        return [.. Varint((ulong)((number << 3) | 2)), .. Varint((ulong)message.Length), .. message];
    }

    public static byte[] Number(int number, ulong value) => [.. Varint((ulong)(number << 3)), .. Varint(value)];

    /// <summary>An entry of a map of texts.</summary>
    public static byte[] Entry(int number, string key, string value) => Field(number, Text(1, key), Text(2, value));

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }
}

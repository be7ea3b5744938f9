using System.Buffers;
using System.Text;

namespace NodeManager.Sandbox.Api.Protobuf;

internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public void Text(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    public void Flag(int number, bool value)
    {
        Varint((ulong)number << 3);
        Byte(value ? (byte)1 : (byte)0);
    }

    public void Message(int number, Action<WireWriter> write)
    {
        var inner = new WireWriter();
        write(inner);
        Field(number, inner._bytes.WrittenSpan);
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    private void Field(int number, ReadOnlySpan<byte> content)
    {
        Varint(((ulong)number << 3) | 2);
        Varint((ulong)content.Length);
        _bytes.Write(content);
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    private void Byte(byte value) => _bytes.Write([value]);
}

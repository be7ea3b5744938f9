using System.Buffers.Binary;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Protobuf;

/// <summary>Reads the fields of one message in the protocol buffers' wire format.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The number of the field that was read.</summary>
    public int Number { get; private set; }

    /// <summary>Its value, for whole numbers and flags.</summary>
    public ulong Value { get; private set; }

    /// <summary>Its bytes, for text and messages.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>False at the end.</summary>
    /// <exception cref="ApiException">400: it is no message.</exception>
    public bool Read()
    {
        if (_rest.IsEmpty) return false;
        ulong tag = Varint();
        Number = (int)(tag >> 3);
        Bytes = default;
        Value = 0;
        switch (tag & 7)
        {
            case 0:
                Value = Varint();
                break;
            case 1:
                Value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Bytes = Take(Varint());
                break;
            case 5:
                Value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw Malformed();
        }

        return Number > 0 ? true : throw Malformed();
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length) throw Malformed();
        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private static ApiException Malformed() => StatusErrors.BadRequest("the object provided is unrecognized: it is no protocol buffer message");
}

using System.Buffers.Binary;
using System.Text;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>Decodes an object from its message.</summary>
/// <exception cref="InvalidDataException">Not such a message.</exception>
public delegate T WireItem<out T>(ReadOnlySpan<byte> message);

/// <summary>Sets the member of an object that the reader's current field holds.</summary>
public delegate void WireField<in T>(T item, ref WireReader reader);

/// <summary>
/// Reads the fields of a message in Protocol Buffers wire format. Source: https://protobuf.dev/programming-guides/encoding/
/// </summary>
public ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _all = bytes;
    private ReadOnlySpan<byte> _rest = bytes;
    private int _start;

    public int FieldNumber { get; private set; }

    /// <summary>The value of an integer or a boolean.</summary>
    public ulong Value { get; private set; }

    /// <summary>The bytes of a string or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>False at the end.</summary>
    public bool Read()
    {
        if (_rest.IsEmpty)
            return false;
        _start = _all.Length - _rest.Length;
        ulong tag = Varint();
        FieldNumber = (int)(tag >> 3);
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

        return FieldNumber > 0 ? true : throw Malformed();
    }

    /// <summary>Counts consecutive fields of this number, including the current one.</summary>
    internal readonly int Repeats()
    {
        WireReader following = this;
        int count = 1;
        while (following.Read() && following.FieldNumber == FieldNumber)
            count++;
        return count;
    }

    /// <summary>Skips consecutive fields of this number and returns them with the current one.</summary>
    internal ReadOnlySpan<byte> Run()
    {
        WireReader following = this;
        while (following.Read() && following.FieldNumber == FieldNumber)
            _rest = following._rest;
        return _all[_start..^_rest.Length];
    }

    /// <summary>Sets the members of an object from the fields of its message, and returns the object.</summary>
    internal static T Decode<T>(ReadOnlySpan<byte> message, T item, WireField<T> read)
    {
        var reader = new WireReader(message);
        while (reader.Read())
            read(item, ref reader);
        return item;
    }

    internal static InvalidDataException Malformed() => new("It is not a Protocol Buffers message.");

    private ulong Varint()
    {
        ulong value = 0;
        for (int at = 0, shift = 0; shift < 64 && at < _rest.Length; at++, shift += 7)
        {
            byte next = _rest[at];
            value |= (ulong)(next & 0x7f) << shift;
            if (next >= 0x80)
                continue;
            _rest = _rest[(at + 1)..];
            return value;
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw Malformed();
        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>
/// An object in Protocol Buffers encoding: four magic bytes, then a message with the type and the object's bytes. Source:
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding-idl
/// </summary>
public readonly ref struct WireEnvelope
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    private readonly ReadOnlySpan<byte> _type;

    private WireEnvelope(ReadOnlySpan<byte> type, ReadOnlySpan<byte> raw)
    {
        _type = type;
        Raw = raw;
    }

    public static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>Each call decodes it. Texts are empty where missing.</summary>
    public (string ApiVersion, string Kind) Type => ReadType(_type);

    public ReadOnlySpan<byte> Raw { get; }

    public static WireEnvelope Read(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic))
            throw WireReader.Malformed();
        ReadOnlySpan<byte> type = default,
            raw = default;
        var envelope = new WireReader(bytes[Magic.Length..]);
        while (envelope.Read())
        {
            if (envelope.FieldNumber == 1)
                type = envelope.Bytes;
            else if (envelope.FieldNumber == 2)
                raw = envelope.Bytes;
        }

        return new(type, raw);
    }

    internal static (string ApiVersion, string Kind) ReadType(ReadOnlySpan<byte> message)
    {
        string apiVersion = "",
            kind = "";
        var type = new WireReader(message);
        while (type.Read())
        {
            if (type.FieldNumber == 1)
                apiVersion = type.Text;
            else if (type.FieldNumber == 2)
                kind = type.Text;
        }

        return (apiVersion, kind);
    }
}

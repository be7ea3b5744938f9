namespace NodeManager.Kubernetes.Protobuf;

/// <summary>
/// An object in Protocol Buffers encoding: four magic bytes, then a message with the type and the object's bytes. Source:
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding-idl
/// </summary>
public readonly ref struct WireEnvelope
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    private WireEnvelope(string apiVersion, string kind, ReadOnlySpan<byte> raw)
    {
        ApiVersion = apiVersion;
        Kind = kind;
        Raw = raw;
    }

    public static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>Empty where missing.</summary>
    public string ApiVersion { get; }

    /// <summary>Empty where missing.</summary>
    public string Kind { get; }

    public ReadOnlySpan<byte> Raw { get; }

    public static WireEnvelope Read(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic))
            throw WireReader.Malformed();
        (string ApiVersion, string Kind) type = ("", "");
        ReadOnlySpan<byte> raw = default;
        var envelope = new WireReader(bytes[Magic.Length..]);
        while (envelope.Read())
        {
            if (envelope.FieldNumber == 1)
                type = ReadType(envelope.Bytes);
            else if (envelope.FieldNumber == 2)
                raw = envelope.Bytes;
        }

        return new(type.ApiVersion, type.Kind, raw);
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

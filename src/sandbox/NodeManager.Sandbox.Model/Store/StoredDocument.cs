using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// The stored form of objects: UTF-8 JSON with metadata first and its resourceVersion at the start, without kind, apiVersion and
/// managedFields (which objects share). A version is replaced without serialization, a list concatenates its objects, and an object can be
/// served at any version of its kind.
/// </summary>
internal static class StoredDocument
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    private static ReadOnlySpan<byte> Opening => "{\"metadata\":{"u8;

    private static ReadOnlySpan<byte> OwnersOpening => "\"metadata\":{\"managedFields\":"u8;

    private static ReadOnlySpan<byte> VersionOpening => "{\"metadata\":{\"resourceVersion\":\""u8;

    private static ReadOnlySpan<byte> VersionClosing => "\","u8;

    public static byte[] Serialize(JsonObject document) => Write(document).ToArray();

    /// <summary>The stored form at a version; 0 for a dry run.</summary>
    public static byte[] WithVersion(ReadOnlySpan<byte> tail, long version)
    {
        if (version == 0)
            return [.. Opening, .. tail];
        byte[] document = Begin(version, tail.Length);
        tail.CopyTo(document.AsSpan(document.Length - tail.Length));
        return document;
    }

    public static int Measure(long version, int tailLength)
    {
        Span<byte> digits = stackalloc byte[20];
        version.TryFormat(digits, out int length);
        return VersionOpening.Length + length + VersionClosing.Length + tailLength;
    }

    /// <summary>The stored form up to its version, with room for the rest.</summary>
    public static byte[] Begin(long version, int tailLength)
    {
        var document = new byte[Measure(version, tailLength)];
        VersionOpening.CopyTo(document);
        Span<byte> rest = document.AsSpan(VersionOpening.Length);
        version.TryFormat(rest, out int length);
        VersionClosing.CopyTo(rest[length..]);
        return document;
    }

    /// <summary>Writes managedFields of a response, up to the stored bytes.</summary>
    /// <returns>The rest of the document, without the opening brace.</returns>
    public static ReadOnlyMemory<byte> WriteOpening(ReadOnlyMemory<byte> document, StoredObject owned, IBufferWriter<byte> into)
    {
        if (owned.HasNoOwners)
            return document[1..];
        into.Write(OwnersOpening);
        owned.WriteOwners(into);
        into.Write(","u8);
        return document[Opening.Length..];
    }

    /// <summary>Writes the <c>metadata</c> member of a response with managedFields.</summary>
    public static void WriteMetadata(ReadOnlyMemory<byte> document, StoredObject owned, IBufferWriter<byte> into)
    {
        var reader = new Utf8JsonReader(document.Span);
        for (int i = 0; i < 3; i++)
            reader.Read();
        reader.Skip();
        into.Write(WriteOpening(document[..(int)reader.BytesConsumed], owned, into).Span);
    }

    public static ReadOnlyMemory<byte> Tail(ReadOnlyMemory<byte> document)
    {
        ReadOnlyMemory<byte> rest = document[VersionOpening.Length..];
        return rest[(rest.Span.IndexOf(VersionClosing) + VersionClosing.Length)..];
    }

    /// <summary>The stored form without a version. Valid until the next write on this thread.</summary>
    public static ReadOnlySpan<byte> Write(JsonObject document)
    {
        ArrayBufferWriter<byte> buffer = s_buffer ??= new(16 * 1024);
        buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("metadata"u8);
            foreach ((string key, JsonNode? value) in document["metadata"]!.AsObject())
                if (key is not ("resourceVersion" or "managedFields") && value is not null)
                    Write(writer, key, value);
            writer.WriteEndObject();
            foreach ((string key, JsonNode? value) in document)
                if (key is not ("metadata" or "kind" or "apiVersion"))
                    Write(writer, key, value);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan[Opening.Length..];
    }

    private static void Write(Utf8JsonWriter writer, string key, JsonNode? value)
    {
        writer.WritePropertyName(key);
        if (value is null)
            writer.WriteNullValue();
        else
            value.WriteTo(writer);
    }
}

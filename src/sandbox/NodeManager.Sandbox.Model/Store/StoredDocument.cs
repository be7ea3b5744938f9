using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// How objects stand in the store: UTF-8 JSON, metadata first, its resourceVersion first in it, and without kind, apiVersion and
/// managedFields (whose sets objects share). So a version is spliced in without serialising, a list is the concatenation of its objects, and one stored object is served at
/// any of its kind's versions.
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

    /// <summary>What follows the version in the stored form.</summary>
    public static byte[] Serialize(JsonObject document) => Write(document).ToArray();

    /// <summary>True where this is what follows the version in the stored form of the document.</summary>
    public static bool Is(JsonObject document, ReadOnlySpan<byte> tail) => Write(document).SequenceEqual(tail);

    /// <summary>The stored form under a version; 0 for what was only tried, which has none.</summary>
    public static byte[] WithVersion(ReadOnlySpan<byte> tail, long version)
    {
        if (version == 0)
            return [.. Opening, .. tail];
        byte[] document = Begin(version, tail.Length);
        tail.CopyTo(document.AsSpan(document.Length - tail.Length));
        return document;
    }

    /// <summary>Bytes of the stored form with this version and the rest.</summary>
    public static int Measure(long version, int tailLength)
    {
        Span<byte> digits = stackalloc byte[20];
        version.TryFormat(digits, out int length);
        return VersionOpening.Length + length + VersionClosing.Length + tailLength;
    }

    /// <summary>The stored form up to and with its version, and room for the rest.</summary>
    public static byte[] Begin(long version, int tailLength)
    {
        var document = new byte[Measure(version, tailLength)];
        VersionOpening.CopyTo(document);
        Span<byte> rest = document.AsSpan(VersionOpening.Length);
        version.TryFormat(rest, out int length);
        VersionClosing.CopyTo(rest[length..]);
        return document;
    }

    /// <summary>Writes what of a document that goes out comes before its stored bytes (without its opening brace): the owners of its fields.</summary>
    /// <returns>The rest of the document.</returns>
    public static ReadOnlyMemory<byte> WriteOpening(ReadOnlyMemory<byte> document, StoredObject owned, IBufferWriter<byte> into)
    {
        if (owned.HasNoOwners)
            return document[1..];
        into.Write(OwnersOpening);
        owned.WriteOwners(into);
        into.Write(","u8);
        return document[Opening.Length..];
    }

    /// <summary>Writes the member <c>metadata</c> of a document that goes out, with the owners of its fields, and nothing else.</summary>
    public static void WriteMetadata(ReadOnlyMemory<byte> document, StoredObject owned, IBufferWriter<byte> into)
    {
        var reader = new Utf8JsonReader(document.Span);
        for (int i = 0; i < 3; i++)
            reader.Read();
        reader.Skip();
        into.Write(WriteOpening(document[..(int)reader.BytesConsumed], owned, into).Span);
    }

    /// <summary>What follows the version, of a document with one.</summary>
    public static ReadOnlySpan<byte> Tail(ReadOnlySpan<byte> document)
    {
        ReadOnlySpan<byte> rest = document[VersionOpening.Length..];
        return rest[(rest.IndexOf(VersionClosing) + VersionClosing.Length)..];
    }

    // Until the next one is written on this thread.
    private static ReadOnlySpan<byte> Write(JsonObject document)
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

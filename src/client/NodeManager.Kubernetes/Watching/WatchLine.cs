using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Protobuf;

namespace NodeManager.Kubernetes.Watching;

/// <summary>One event of a watch, in JSON a line: <c>{"type":"ADDED","object":{…}}</c>.</summary>
/// <param name="Object">A bookmark only has its resourceVersion.</param>
/// <param name="Error">Why the server ends the watch.</param>
internal readonly record struct WatchLine<T>(WatchLineKind Kind, T? Object, Status? Error)
    where T : KubernetesObject
{
    /// <exception cref="JsonException">Not an event, or a truncated one.</exception>
    public static WatchLine<T> Parse(in ReadOnlySequence<byte> line, JsonTypeInfo<T> item)
    {
        if (line.IsSingleSegment)
            return Parse(line.FirstSpan, item);
        // The copy costs less than a reader that moves between segments.
        int length = (int)line.Length;
        byte[] whole = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            line.CopyTo(whole);
            return Parse(whole.AsSpan(0, length), item);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    /// <summary>An event in Protocol Buffers.</summary>
    /// <exception cref="InvalidDataException">Not an event.</exception>
    public static WatchLine<T> Parse(ReadOnlySpan<byte> frame, WireItem<T> item)
    {
        WatchLineKind? kind = null;
        ReadOnlySpan<byte> value = default;
        var reader = new WireReader(frame);
        while (reader.Read())
        {
            if (reader.FieldNumber == 1)
                kind = KindOf(reader.Bytes);
            else if (reader.FieldNumber == 2)
                value = RawOf(reader.Bytes);
        }

        return kind switch
        {
            null => throw WireReader.Malformed(),
            WatchLineKind.Error => new(WatchLineKind.Error, null, StatusWire.Read(value)),
            { } known => new(known, item(WireEnvelope.Read(value).Raw), null),
        };
    }

    // A RawExtension: the object in its envelope.
    private static ReadOnlySpan<byte> RawOf(ReadOnlySpan<byte> extension)
    {
        ReadOnlySpan<byte> raw = default;
        var reader = new WireReader(extension);
        while (reader.Read())
            if (reader.FieldNumber == 1)
                raw = reader.Bytes;
        return raw;
    }

    private static WatchLineKind? KindOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("ADDED"u8) ? WatchLineKind.Added
        : name.SequenceEqual("MODIFIED"u8) ? WatchLineKind.Modified
        : name.SequenceEqual("DELETED"u8) ? WatchLineKind.Deleted
        : name.SequenceEqual("BOOKMARK"u8) ? WatchLineKind.Bookmark
        : name.SequenceEqual("ERROR"u8) ? WatchLineKind.Error
        : null;

    private static WatchLine<T> Parse(ReadOnlySpan<byte> line, JsonTypeInfo<T> item)
    {
        var reader = new Utf8JsonReader(line);
        Range? found = null;
        WatchLineKind? kind = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A line of the watch is not a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                kind = ReadKind(ref reader);
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                int start = (int)reader.TokenStartIndex;
                if (kind is { } known && TryFinish(line[start..], known, item) is { } last)
                    return last;
                reader.Skip();
                found = start..(int)reader.BytesConsumed;
            }
            else
            {
                reader.Skip();
            }
        }

        return kind is { } late && found is { } range
            ? Finish(line[range], late, item)
            : throw new JsonException("A line of the watch has no type or no object.");
    }

    // Servers write the object last, so its end is that of the line. Looking for it would read the object twice. Null if something follows.
    private static WatchLine<T>? TryFinish(ReadOnlySpan<byte> rest, WatchLineKind kind, JsonTypeInfo<T> item)
    {
        int end = rest.LastIndexOf((byte)'}');
        if (end < 0)
            return null;
        try
        {
            return Finish(rest[..end], kind, item);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static WatchLine<T> Finish(ReadOnlySpan<byte> value, WatchLineKind kind, JsonTypeInfo<T> item) =>
        kind == WatchLineKind.Error
            ? new(kind, null, JsonSerializer.Deserialize(value, KubernetesJson.Default.Status))
            : new(kind, JsonSerializer.Deserialize(value, item) ?? throw new JsonException("The object of a watch's line is null."), null);

    private static WatchLineKind ReadKind(ref Utf8JsonReader reader) =>
        KindOf(reader.ValueSpan) ?? throw new JsonException("A line of the watch has an unknown type.");
}

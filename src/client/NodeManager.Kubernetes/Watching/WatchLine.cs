using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Watching;

/// <summary>One line of a watch: <c>{"type":"ADDED","object":{…}}</c>.</summary>
/// <param name="Object">A bookmark only has its resourceVersion.</param>
/// <param name="Error">Why the server ends the watch.</param>
internal readonly record struct WatchLine<T>(WatchLineKind Kind, T? Object, Status? Error)
    where T : KubernetesObject
{
    /// <exception cref="JsonException">Not an event, or a truncated one.</exception>
    public static WatchLine<T> Parse(in ReadOnlySequence<byte> line, JsonTypeInfo<T> item)
    {
        var reader = new Utf8JsonReader(line);
        Utf8JsonReader found = default;
        WatchLineKind? kind = null;
        bool hasObject = false;
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
                if (kind is { } known)
                    return Finish(ref reader, known, item);
                found = reader;
                hasObject = true;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        return kind is { } late && hasObject
            ? Finish(ref found, late, item)
            : throw new JsonException("A line of the watch has no type or no object.");
    }

    private static WatchLine<T> Finish(ref Utf8JsonReader reader, WatchLineKind kind, JsonTypeInfo<T> item) =>
        kind == WatchLineKind.Error
            ? new(kind, null, JsonSerializer.Deserialize(ref reader, KubernetesJson.Default.Status))
            : new(
                kind,
                JsonSerializer.Deserialize(ref reader, item) ?? throw new JsonException("The object of a watch's line is null."),
                null
            );

    private static WatchLineKind ReadKind(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("ADDED"u8) ? WatchLineKind.Added
        : reader.ValueTextEquals("MODIFIED"u8) ? WatchLineKind.Modified
        : reader.ValueTextEquals("DELETED"u8) ? WatchLineKind.Deleted
        : reader.ValueTextEquals("BOOKMARK"u8) ? WatchLineKind.Bookmark
        : reader.ValueTextEquals("ERROR"u8) ? WatchLineKind.Error
        : throw new JsonException("A line of the watch has an unknown type.");
}

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>
/// An element of a field path: <c>f:name</c> is a member, <c>k:{"name":"web"}</c> a list element by its keys, <c>v:"a"</c> a value of a
/// set, <c>i:0</c> a position. Compared by value, sorted as in FieldsV1.
/// </summary>
internal sealed class PathElement : IEquatable<PathElement>, IComparable<PathElement>
{
    // A newer element replaces a colliding one.
    private const int SharedSize = 1 << 13;

    private static readonly PathElement?[] Shared = new PathElement?[SharedSize];

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? s_writer;

    private readonly int _hash;

    private PathElement(char kind, string text, int hash)
    {
        Kind = kind;
        Text = text;
        _hash = hash;
        Name = Encoding.UTF8.GetBytes($"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode($"{kind}:{text}")}\":");
    }

    public char Kind { get; }

    /// <summary>The member's name, or the JSON of keys or value.</summary>
    public string Text { get; }

    public bool IsField => Kind == 'f';

    public ReadOnlySpan<byte> JsonName => Name;

    private byte[] Name { get; }

    public static PathElement Field(string name) => Get('f', name);

    /// <param name="keys">Sorted by name.</param>
    public static PathElement Key(ReadOnlySpan<KeyValuePair<string, JsonNode>> keys)
    {
        (ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer) = Writer();
        writer.WriteStartObject();
        foreach ((string name, JsonNode value) in keys)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        return Get('k', Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    public static PathElement Value(JsonNode? value) => Get('v', Json(value));

    /// <summary>In FieldsV1 syntax.</summary>
    public static PathElement Parse(ReadOnlySpan<char> name)
    {
        if (name.Length < 2 || name[1] != ':')
            throw new FormatException("missing colon");
        ReadOnlySpan<char> text = name[2..];
        // Interned elements have canonical text, so they need no parsing.
        if (Find(name[0], text, out _) is { } known)
            return known;
        string own = text.ToString();
        try
        {
            return name[0] switch
            {
                'f' => Field(own),
                'v' => Value(JsonNode.Parse(own)),
                'k' => Key(Sorted(JsonNode.Parse(own) as JsonObject ?? throw new FormatException("expected an object"))),
                'i' when int.TryParse(own, out int _) => Get('i', own),
                _ => throw new FormatException("unrecognized key type"),
            };
        }
        catch (JsonException fault)
        {
            throw new FormatException(fault.Message);
        }
    }

    /// <summary>In the syntax of messages: <c>.name</c>, <c>[name="web"]</c>, <c>[="a"]</c>, <c>[0]</c>.</summary>
    public override string ToString() =>
        Kind switch
        {
            'f' => "." + Text,
            'k' => $"[{string.Join(',', JsonNode.Parse(Text)!.AsObject().Select(static pair => $"{pair.Key}={Json(pair.Value)}"))}]",
            'v' => $"[={Text}]",
            _ => $"[{Text}]",
        };

    public bool Equals(PathElement? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && Kind == other.Kind && Text == other.Text);

    public override bool Equals(object? obj) => Equals(obj as PathElement);

    public override int GetHashCode() => _hash;

    public int CompareTo(PathElement? other)
    {
        if (ReferenceEquals(this, other))
            return 0;
        if (other is null)
            return 1;
        int order = Rank(Kind) - Rank(other.Kind);
        return order != 0 ? order : string.CompareOrdinal(Text, other.Text);
    }

    private static int Rank(char kind) =>
        kind switch
        {
            'f' => 0,
            'k' => 1,
            'v' => 2,
            _ => 3,
        };

    private static PathElement Get(char kind, string text)
    {
        if (Find(kind, text, out int hash) is { } known)
            return known;
        var created = new PathElement(kind, text, hash);
        Volatile.Write(ref Shared[hash & (SharedSize - 1)], created);
        return created;
    }

    private static PathElement? Find(char kind, ReadOnlySpan<char> text, out int hash)
    {
        hash = HashCode.Combine(kind, string.GetHashCode(text));
        return Volatile.Read(ref Shared[hash & (SharedSize - 1)]) is { } known && known.Kind == kind && text.SequenceEqual(known.Text)
            ? known
            : null;
    }

    private static KeyValuePair<string, JsonNode>[] Sorted(JsonObject keys) =>
        [
            .. keys.OrderBy(static pair => pair.Key, StringComparer.Ordinal)
                .Select(static pair => KeyValuePair.Create(pair.Key, pair.Value ?? throw new FormatException("expected a value"))),
        ];

    private static string Json(JsonNode? node)
    {
        if (node is null)
            return "null";
        (ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer) = Writer();
        node.WriteTo(writer);
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) Writer()
    {
        ArrayBufferWriter<byte> buffer = s_buffer ??= new(256);
        buffer.ResetWrittenCount();
        Utf8JsonWriter writer = s_writer ??= new(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.Reset();
        return (buffer, writer);
    }
}

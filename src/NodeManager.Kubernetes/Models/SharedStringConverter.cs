using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Kubernetes.Models;

/// <summary>
/// Reads equal texts as one string, without making it again: labels, images and reasons of thousands of objects are the same few hundred texts. What was
/// seen last at a place of the table is kept there, so that it stays small whatever is read. Not for secrets. Thread-safe.
/// </summary>
internal sealed class SharedStringConverter : JsonConverter<string>
{
    private const int Longest = 128;

    private readonly string?[] _seen = new string?[8192];

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Share(ref reader) : reader.GetString();

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Share(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    private string Share(ref Utf8JsonReader reader)
    {
        if (reader.HasValueSequence || reader.ValueIsEscaped || reader.ValueSpan.Length > Longest) return reader.GetString()!;
        Span<char> text = stackalloc char[Longest];
        text = text[..Encoding.UTF8.GetChars(reader.ValueSpan, text)];
        ref string? place = ref _seen[(uint)string.GetHashCode(text) % (uint)_seen.Length];
        string? seen = place;
        return seen is not null && text.SequenceEqual(seen) ? seen : place = new(text);
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Kubernetes.Quantities;

/// <summary>Reads texts and numbers, as the API server does; writes texts.</summary>
public sealed class QuantityConverter : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType switch
        {
            JsonTokenType.Number => Encoding.UTF8.GetString(
                reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan
            ),
            JsonTokenType.String => reader.GetString()?.Trim(),
            _ => null,
        };
        return Quantity.TryParse(text, out Quantity quantity) ? quantity : throw new JsonException("A quantity is not one.");
    }

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}

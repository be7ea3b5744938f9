using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NodeManager.Server.Responses;

/// <summary>
/// Reads objects of any form with all their values. By itself, JsonObject reads a value when it is used, and an invalid one would then fail the
/// server instead of the request.
/// </summary>
internal sealed class FreeObjectConverter : JsonConverter<JsonObject>
{
    /// <exception cref="JsonException">Not an object, or text that is not valid Unicode.</exception>
    public override JsonObject? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            JsonObject read = JsonNode.Parse(ref reader) as JsonObject ?? throw new JsonException();
            Visit(read);
            return read;
        }
        // For invalid UTF-8, half a surrogate pair, and a duplicate name.
        catch (Exception invalid) when (invalid is InvalidOperationException or ArgumentException)
        {
            throw new JsonException(null, invalid);
        }
    }

    public override void Write(Utf8JsonWriter writer, JsonObject value, JsonSerializerOptions options) => value.WriteTo(writer, options);

    private static void Visit(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach ((_, JsonNode? value) in fields)
                    Visit(value);
                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                    Visit(item);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                _ = value.GetValue<string>();
                break;
        }
    }
}

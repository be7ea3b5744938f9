using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api.Bodies;

/// <summary>
/// Reads JSON as the API's own reader does: of a member that comes twice the last value counts, and it is remembered, so that the client
/// can be told.
/// </summary>
internal ref struct JsonBody
{
    private readonly ReadOnlySpan<byte> _body;
    private readonly List<DuplicateMember> _duplicates = [];
    private Utf8JsonReader _reader;

    private JsonBody(ReadOnlySpan<byte> body)
    {
        _body = body;
        _reader = new(body, new JsonReaderOptions { MaxDepth = DocumentDepth.Limit });
    }

    /// <exception cref="JsonException">It is no JSON, or nested too deeply.</exception>
    public static RequestDocument Read(ReadOnlySpan<byte> body)
    {
        var reader = new JsonBody(body);
        reader._reader.Read();
        JsonNode? root = reader.ReadValue("");
        reader._reader.Read();
        return new(root, reader._duplicates, false);
    }

    private JsonNode? ReadValue(string at)
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(at);
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray) list.Add(ReadValue($"{at}[{list.Count}]"));
                return list;
            case JsonTokenType.String:
                return JsonValue.Create(_reader.GetString());
            case JsonTokenType.True or JsonTokenType.False:
                return JsonValue.Create(_reader.GetBoolean());
            case JsonTokenType.Number:
                // As it is written: 1.0 stays 1.0.
                return JsonNode.Parse(_reader.ValueSpan);
            default:
                return null;
        }
    }

    private JsonObject ReadObject(string at)
    {
        var owner = new JsonObject();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            string name = _reader.GetString()!, path = at.Length == 0 ? name : $"{at}.{name}";
            int start = (int)_reader.TokenStartIndex;
            _reader.Read();
            JsonNode? value = ReadValue(path);
            if (owner.ContainsKey(name))
            {
                if (_duplicates.Count < RequestDocument.MostDuplicates) _duplicates.Add(new(path, name, _body[..start].Count((byte)'\n') + 1));
                if (owner[name] is JsonObject first && value is JsonObject second) value = Join(first, second);
            }

            owner[name] = value;
        }

        return owner;
    }

    // The reader of the real server reads the second object into the first.
    private static JsonObject Join(JsonObject first, JsonObject second)
    {
        var joined = first.DeepClone().AsObject();
        foreach ((string name, JsonNode? value) in second) joined[name] = value?.DeepClone();
        return joined;
    }
}

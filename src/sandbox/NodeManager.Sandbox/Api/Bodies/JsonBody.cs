using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NodeManager.Sandbox.Api.Bodies;

/// <summary>Reads JSON as the API does: the last of duplicate members counts, and duplicates are recorded for warnings.</summary>
internal ref struct JsonBody
{
    private readonly ReadOnlySpan<byte> _body;
    private readonly List<DuplicateMember> _duplicates = [];

    // The current path. It becomes text only when needed, because it may be long and elements many.
    private readonly List<(string? Name, int Index)> _at = [];
    private Utf8JsonReader _reader;

    private JsonBody(ReadOnlySpan<byte> body)
    {
        _body = body;
        _reader = new(body, new JsonReaderOptions { MaxDepth = DocumentDepth.Limit });
    }

    public static RequestDocument Read(ReadOnlySpan<byte> body)
    {
        var reader = new JsonBody(body);
        reader._reader.Read();
        JsonNode? root = reader.ReadValue();
        reader._reader.Read();
        return new(root, reader._duplicates, false);
    }

    private JsonNode? ReadValue()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject();
            case JsonTokenType.StartArray:
                return ReadList();
            case JsonTokenType.String:
                return JsonValue.Create(_reader.GetString());
            case JsonTokenType.True or JsonTokenType.False:
                return JsonValue.Create(_reader.GetBoolean());
            case JsonTokenType.Number:
                // Keeps the number's text: 1.0 stays 1.0.
                return JsonNode.Parse(_reader.ValueSpan);
            default:
                return null;
        }
    }

    private JsonArray ReadList()
    {
        var list = new JsonArray();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            _at.Add((null, list.Count));
            list.Add(ReadValue());
            _at.RemoveAt(_at.Count - 1);
        }

        return list;
    }

    private JsonObject ReadObject()
    {
        var owner = new JsonObject();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            string name = _reader.GetString()!;
            int start = (int)_reader.TokenStartIndex;
            _reader.Read();
            _at.Add((name, 0));
            JsonNode? value = ReadValue();
            bool isKnown = owner.TryGetPropertyValue(name, out JsonNode? earlier);
            if (isKnown && _duplicates.Count < RequestDocument.MaximumDuplicates)
                _duplicates.Add(new(Path(), name, _body[..start].Count((byte)'\n') + 1));
            _at.RemoveAt(_at.Count - 1);

            // The real server decodes the second object into the first.
            if (isKnown && earlier is JsonObject first && value is JsonObject second)
                Add(second, first);
            else
                owner[name] = value;
        }

        return owner;
    }

    private readonly string Path()
    {
        var path = new StringBuilder();
        foreach ((string? name, int index) in _at)
        {
            if (name is null)
                path.Append(CultureInfo.InvariantCulture, $"[{index}]");
            else
                path.Append(path.Length == 0 ? "" : ".").Append(name);
        }

        return path.ToString();
    }

    private static void Add(JsonObject members, JsonObject into)
    {
        foreach ((string name, JsonNode? value) in members)
            into[name] = value?.DeepClone();
    }
}

using System.Globalization;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.Protobuf;

/// <summary>
/// Reads Protocol Buffers bodies, which kubectl sends for built-in kinds: an envelope with the kind and the object. Responses are always
/// JSON.
/// </summary>
internal static class ProtobufBody
{
    // More than any API type; some are recursive.
    private const int MaximumDepth = 64;

    public static JsonObject Read(ReadOnlySpan<byte> body, string kind)
    {
        if (!body.StartsWith(WireEnvelope.Magic))
            throw StatusErrors.BadRequest(
                $"the object provided is unrecognized (must be of type {kind}): provided data does not appear to be a protobuf message, expected prefix"
            );
        try
        {
            return ReadDocument(WireEnvelope.Read(body), kind);
        }
        catch (InvalidDataException)
        {
            throw StatusErrors.BadRequest("the object provided is unrecognized: it is no protocol buffer message");
        }
    }

    private static JsonObject ReadDocument(in WireEnvelope envelope, string kind)
    {
        (string apiVersion, string name) = envelope.Type;
        if (name.Length == 0)
            name = kind;
        if (ApiSchema.Instance.Fields(name) is null)
            throw StatusErrors.BadRequest($"no kind \"{name}\" is registered for version \"{apiVersion}\" in scheme \"sandbox\"");
        var document = new JsonObject { ["kind"] = name, ["apiVersion"] = apiVersion };
        ReadMessage(envelope.Raw, name, document, 0);
        return document;
    }

    private static void ReadMessage(ReadOnlySpan<byte> bytes, string type, JsonObject into, int depth)
    {
        if (depth > MaximumDepth)
            throw StatusErrors.BadRequest("the object provided is nested too deeply");
        IReadOnlyList<SchemaField> fields = ApiSchema.Instance.Fields(type) ?? [];
        var reader = new WireReader(bytes);
        while (reader.Read())
        {
            int number = reader.FieldNumber;
            SchemaField? field = null;
            foreach (SchemaField one in fields)
                if (one.Number == number)
                    field = one;
            if (field is null)
                continue;
            if (field.IsInline)
            {
                ReadMessage(reader.Bytes, field.Type, into, depth + 1);
                continue;
            }

            switch (field.Shape)
            {
                case SchemaShape.List:
                    if (into[field.Name] is not JsonArray list)
                        into[field.Name] = list = [];
                    list.Add(ReadValue(ref reader, field, depth));
                    break;
                case SchemaShape.Map:
                    if (into[field.Name] is not JsonObject map)
                        into[field.Name] = map = [];
                    ReadEntry(reader.Bytes, field, map, depth);
                    break;
                default:
                    JsonNode? value = ReadValue(ref reader, field, depth);
                    if (value is not null && (field.IsOptional || !IsZero(value)))
                        into[field.Name] = value;
                    break;
            }
        }
    }

    private static void ReadEntry(ReadOnlySpan<byte> bytes, SchemaField field, JsonObject into, int depth)
    {
        string key = "";
        JsonNode? value = IsText(field.Type) ? "" : null;
        var entry = new WireReader(bytes);
        while (entry.Read())
        {
            if (entry.FieldNumber == 1)
                key = entry.Text;
            else if (entry.FieldNumber == 2)
                value = ReadValue(ref entry, field, depth);
        }

        into[key] = value;
    }

    private static JsonNode? ReadValue(ref WireReader reader, SchemaField field, int depth)
    {
        switch (field.Type)
        {
            case "string":
                return reader.Text;
            case "bytes":
                return Convert.ToBase64String(reader.Bytes);
            case "bool":
                return reader.Value != 0;
            case "int32" or "int64":
                return (long)reader.Value;
            case "double":
                return BitConverter.UInt64BitsToDouble(reader.Value);
            case "time" or "microtime":
                return ReadTime(reader.Bytes, field.Type);
            case "quantity":
                return ReadText(reader.Bytes, 1);
            case "intOrString":
                return ReadIntOrString(reader.Bytes);
            case "raw":
                return ReadRaw(reader.Bytes);
            case "strings":
                return ReadStrings(reader.Bytes);
            default:
                var inner = new JsonObject();
                ReadMessage(reader.Bytes, field.Type, inner, depth + 1);
                return inner;
        }
    }

    private static bool IsText(string type) => type is "string" or "bytes";

    private static bool IsZero(JsonNode value)
    {
        if (value is not JsonValue scalar)
            return false;
        if (scalar.TryGetValue(out string? text))
            return text.Length == 0;
        if (scalar.TryGetValue(out long number))
            return number == 0;
        return scalar.TryGetValue(out bool flag) && !flag;
    }

    private static JsonValue? ReadTime(ReadOnlySpan<byte> bytes, string type)
    {
        long seconds = 0,
            nanoseconds = 0;
        var reader = new WireReader(bytes);
        while (reader.Read())
        {
            if (reader.FieldNumber == 1)
                seconds = (long)reader.Value;
            else if (reader.FieldNumber == 2)
                nanoseconds = (long)reader.Value;
        }

        if (bytes.IsEmpty || seconds is < -62135596800 or > 253402300799)
            return null;
        string format = type == "time" ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
        return JsonValue.Create(
            DateTimeOffset
                .FromUnixTimeSeconds(seconds)
                .AddTicks(nanoseconds / 100 % 10_000_000)
                .ToString(format, CultureInfo.InvariantCulture)
        );
    }

    private static JsonValue? ReadText(ReadOnlySpan<byte> bytes, int number)
    {
        var reader = new WireReader(bytes);
        while (reader.Read())
            if (reader.FieldNumber == number)
                return JsonValue.Create(reader.Text);
        return null;
    }

    private static JsonValue ReadIntOrString(ReadOnlySpan<byte> bytes)
    {
        bool isText = false;
        long number = 0;
        string text = "";
        var reader = new WireReader(bytes);
        while (reader.Read())
        {
            if (reader.FieldNumber == 1)
                isText = reader.Value != 0;
            else if (reader.FieldNumber == 2)
                number = (long)reader.Value;
            else if (reader.FieldNumber == 3)
                text = reader.Text;
        }

        return isText ? JsonValue.Create(text) : JsonValue.Create(number);
    }

    private static JsonNode? ReadRaw(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        while (reader.Read())
            if (reader.FieldNumber == 1 && !reader.Bytes.IsEmpty)
                return JsonNode.Parse(reader.Bytes);
        return null;
    }

    private static JsonArray ReadStrings(ReadOnlySpan<byte> bytes)
    {
        var texts = new JsonArray();
        var reader = new WireReader(bytes);
        while (reader.Read())
            if (reader.FieldNumber == 1)
                texts.Add(reader.Text);
        return texts;
    }
}

using System.Text.Json.Nodes;

namespace NodeManager.Providers.Tests.PoolContract;

/// <summary>Makes values of schemas, valid ones and others.</summary>
internal sealed class SchemaSamples(Random random)
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789-";

    private static readonly string[] Strange =
    [
        "",
        " ",
        "\n",
        "x\n",
        "ä",
        "日本",
        "\u0000",
        "\ud83d\ude00",
        "null",
        "-1",
        "1e9",
        "${x}",
        "../..",
        "%2e",
        "'; drop table",
        new('a', 64),
        new('a', 5000),
    ];

    /// <summary>A valid value, optional fields at random.</summary>
    public JsonNode Valid(JsonObject schema, JsonObject definitions, int depth = 0)
    {
        if (schema["$ref"] is { } reference)
            return Valid(definitions[reference.GetValue<string>()["#/definitions/".Length..]]!.AsObject(), definitions, depth);
        switch (schema["type"]?.GetValue<string>())
        {
            case "object":
                HashSet<string> required = [.. (schema["required"] as JsonArray ?? []).Select(static name => name!.GetValue<string>())];
                JsonObject document = [];
                foreach ((string name, JsonNode? property) in schema["properties"] as JsonObject ?? [])
                    if (required.Contains(name) || (depth < 6 && random.Next(2) == 0))
                        document[name] = Valid(property!.AsObject(), definitions, depth + 1);
                if (schema["additionalProperties"] is { } others)
                    for (int count = random.Next(3); count > 0; count--)
                        document[Word()] = others is JsonObject of ? Valid(of, definitions, depth + 1) : Any(depth + 1);
                return document;
            case "array":
                return new JsonArray([
                    .. Enumerable
                        .Range(0, random.Next(3))
                        .Select(_ => (JsonNode?)Valid(schema["items"]!.AsObject(), definitions, depth + 1)),
                ]);
            case "boolean":
                return random.Next(2) == 0;
            case "integer":
                long minimum = schema["minimum"]?.GetValue<long>() ?? 0,
                    maximum = schema["maximum"]?.GetValue<long>() ?? minimum + 20;
                return random.NextInt64(minimum, maximum + 1);
            default:
                return Text(schema);
        }
    }

    /// <summary>The value with something in it changed, which may or may not be valid.</summary>
    public JsonNode? Mutate(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } document when random.Next(5) > 0:
                string field = document.ElementAt(random.Next(document.Count)).Key;
                JsonNode? old = document[field];
                switch (random.Next(4))
                {
                    case 0:
                        document.Remove(field);
                        break;
                    case 1:
                        document[Strange[random.Next(Strange.Length)]] = Any(0);
                        break;
                    default:
                        document[field] = Mutate(old?.DeepClone());
                        break;
                }

                return document;
            case JsonArray { Count: > 0 } list when random.Next(4) > 0:
                int index = random.Next(list.Count);
                list[index] = Mutate(list[index]?.DeepClone());
                return list;
            default:
                return Any(0);
        }
    }

    public string Strangeness() => Strange[random.Next(Strange.Length)];

    private JsonNode? Any(int depth) =>
        random.Next(depth > 3 ? 6 : 9) switch
        {
            0 => null,
            1 => random.NextInt64(-100, 100),
            2 => random.Next(2) == 0 ? long.MaxValue : 1.5,
            3 => random.Next(2) == 0,
            4 => Strangeness(),
            5 => JsonNode.Parse(random.Next(2) == 0 ? "1e400" : "-0.0")!,
            6 => new JsonArray(Any(depth + 1)),
            7 => new JsonObject { [Word()] = Any(depth + 1) },
            _ => new JsonObject(),
        };

    private string Text(JsonObject schema)
    {
        if (schema["enum"] is JsonArray values)
            return values[random.Next(values.Count)]!.GetValue<string>();
        return schema["format"]?.GetValue<string>() switch
        {
            "uuid" => Guid.NewGuid().ToString(),
            "email" => Word() + "@example.com",
            "date-time" => "2026-11-20T10:00:00Z",
            _ => schema["pattern"]?.GetValue<string>() == @"^4\.22\..+$" ? "4.22.0" : Word(),
        };
    }

    private string Word() => new([.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => Letters[random.Next(Letters.Length)])]);
}

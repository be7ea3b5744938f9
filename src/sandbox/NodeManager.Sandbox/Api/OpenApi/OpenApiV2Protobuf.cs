using NodeManager.Sandbox.Api.Protobuf;

namespace NodeManager.Sandbox.Api.OpenApi;

/// <summary>OpenAPI 2 in Protocol Buffers; the field numbers are those of the public <c>openapi_v2</c> definitions.</summary>
internal static class OpenApiV2Protobuf
{
    public const string MediaType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    public static byte[] Write(JsonObject document)
    {
        var writer = new WireWriter();
        writer.Text(1, document.Text("swagger")!);
        writer.Message(
            2,
            info =>
            {
                info.Text(1, document.Object("info").Text("title")!);
                info.Text(2, document.Object("info").Text("version")!);
            }
        );
        writer.Message(
            8,
            paths =>
            {
                foreach ((string path, JsonNode? item) in document.Object("paths")!)
                {
                    paths.Message(
                        2,
                        named =>
                        {
                            named.Text(1, path);
                            named.Message(2, one => one.Message(8, patch => Operation(patch, item!["patch"]!.AsObject())));
                        }
                    );
                }
            }
        );
        writer.Message(9, definitions => Named(definitions, 1, document.Object("definitions")!));
        return writer.ToArray();
    }

    private static void Operation(WireWriter into, JsonObject operation)
    {
        foreach (JsonObject option in operation.Array("parameters")!.OfType<JsonObject>())
        {
            into.Message(
                8,
                item =>
                    item.Message(
                        1,
                        parameter =>
                            parameter.Message(
                                2,
                                notBody =>
                                    notBody.Message(
                                        3,
                                        query =>
                                        {
                                            query.Text(2, option.Text("in")!);
                                            query.Text(4, option.Text("name")!);
                                            query.Text(6, option.Text("type")!);
                                        }
                                    )
                            )
                    )
            );
        }

        Extensions(into, 13, operation);
    }

    private static void Named(WireWriter into, int number, JsonObject schemas)
    {
        foreach ((string name, JsonNode? schema) in schemas)
        {
            into.Message(
                number,
                named =>
                {
                    named.Text(1, name);
                    named.Message(2, value => Schema(value, schema!.AsObject()));
                }
            );
        }
    }

    // Only what clients use, without limits of values and lengths.
    private static void Schema(WireWriter into, JsonObject schema)
    {
        if (schema.Text("$ref") is { } reference)
            into.Text(1, reference);
        if (schema.Text("format") is { } format)
            into.Text(2, format);
        if (schema.Text("description") is { } description)
            into.Text(4, description);
        foreach (JsonNode? required in schema.Array("required") ?? [])
            into.Text(19, (string)required!);
        foreach (JsonNode? value in schema.Array("enum") ?? [])
            into.Message(20, any => Any(any, value));
        switch (schema["additionalProperties"])
        {
            case JsonObject values:
                into.Message(21, item => item.Message(1, one => Schema(one, values)));
                break;
            case JsonValue isOpen when isOpen.TryGetValue(out bool flag):
                into.Message(21, item => item.Flag(2, flag));
                break;
        }

        if (schema.Text("type") is { } type)
            into.Message(22, item => item.Text(1, type));
        if (schema.Object("items") is { } items)
            into.Message(23, item => item.Message(1, one => Schema(one, items)));
        if (schema.Object("properties") is { } properties)
            into.Message(25, all => Named(all, 1, properties));
        Extensions(into, 31, schema);
    }

    private static void Extensions(WireWriter into, int number, JsonObject owner)
    {
        foreach ((string name, JsonNode? value) in owner)
        {
            if (!name.StartsWith("x-", StringComparison.Ordinal))
                continue;
            into.Message(
                number,
                extension =>
                {
                    extension.Text(1, name);
                    extension.Message(2, any => Any(any, value));
                }
            );
        }
    }

    // YAML, which includes JSON.
    private static void Any(WireWriter into, JsonNode? value) => into.Text(2, (value?.ToJsonString() ?? "null") + "\n");
}

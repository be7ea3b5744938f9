namespace NodeManager.Sandbox.Api.OpenApi;

/// <summary>Converts a custom kind's schema to OpenAPI 2, leaving open what that cannot express, as real servers do.</summary>
internal static class SecondVersion
{
    private static readonly string[] Unknown = ["nullable", "oneOf", "anyOf", "allOf", "not", "x-kubernetes-validations"];

    /// <summary>Returns a copy.</summary>
    public static JsonObject Of(JsonObject schema)
    {
        bool isNullable = schema.Flag("nullable") == true,
            keepsUnknown = schema.Flag("x-kubernetes-preserve-unknown-fields") == true;
        bool isOpen = schema.Flag("x-kubernetes-int-or-string") == true || isNullable;
        JsonObject result = [];
        foreach ((string name, JsonNode? value) in schema)
        {
            if (Unknown.Contains(name) || (isOpen && name is "type" or "format") || (isNullable && name is "enum"))
                continue;
            if ((isOpen || keepsUnknown) && name is "properties" or "items" or "additionalProperties" or "required")
                continue;
            result[name] = (name, value) switch
            {
                ("properties", JsonObject properties) => new JsonObject([
                    .. properties.Select(static one => KeyValuePair.Create(one.Key, Nested(one.Value))),
                ]),
                ("items" or "additionalProperties", _) => Nested(value),
                _ => value?.DeepClone(),
            };
        }

        return result;
    }

    private static JsonNode? Nested(JsonNode? value) => value is JsonObject schema ? Of(schema) : value?.DeepClone();
}

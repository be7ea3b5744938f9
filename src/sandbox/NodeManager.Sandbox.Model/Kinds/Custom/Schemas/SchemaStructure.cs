using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Kinds.Custom.Schemas;

/// <summary>Reads the structure of a schema: <c>x-kubernetes-list-type</c>, <c>-list-map-keys</c>, <c>-map-type</c>.</summary>
internal static class SchemaStructure
{
    public static ValueStructure Of(JsonObject schema) =>
        ValueStructure.Object(
            () =>
            {
                // Metadata has the API's own schema.
                Dictionary<string, StructureMember> members = Members(schema);
                members["apiVersion"] = new(ValueStructure.Text);
                members["kind"] = new(ValueStructure.Text);
                members["metadata"] = new(ApiStructures.Of(int.MaxValue).OfKind("ObjectMeta"));
                return members;
            },
            element: schema.Flag("x-kubernetes-preserve-unknown-fields") == true ? ValueStructure.Anything : null
        );

    private static Dictionary<string, StructureMember> Members(JsonObject schema) =>
        (schema.Object("properties") ?? []).ToDictionary(
            static pair => pair.Key,
            static pair => new StructureMember(OfValue(pair.Value as JsonObject ?? []), Default: (pair.Value as JsonObject)?["default"]),
            StringComparer.Ordinal
        );

    private static ValueStructure OfValue(JsonObject schema)
    {
        if (schema.Flag("x-kubernetes-int-or-string") == true)
            return ValueStructure.Scalar;
        bool isOpen = schema.Flag("x-kubernetes-preserve-unknown-fields") == true || schema.Flag("additionalProperties") == true,
            isAtomic = schema.Text("x-kubernetes-map-type") == "atomic";
        return schema.Text("type") switch
        {
            "string" => ValueStructure.Text,
            "integer" or "number" => ValueStructure.Numeric,
            "boolean" => ValueStructure.Flag,
            "array" => ValueStructure.List(OfValue(schema.Object("items") ?? []), Keys(schema)),
            "object" when schema.Object("additionalProperties") is { } values => ValueStructure.Map(OfValue(values), isAtomic),
            "object" => ValueStructure.Object(() => Members(schema), isAtomic, isOpen ? ValueStructure.Anything : null),
            _ => ValueStructure.Anything,
        };
    }

    private static string[]? Keys(JsonObject schema) =>
        schema.Text("x-kubernetes-list-type") switch
        {
            "set" => [],
            "map" => [.. schema.Texts("x-kubernetes-list-map-keys")],
            _ => null,
        };
}

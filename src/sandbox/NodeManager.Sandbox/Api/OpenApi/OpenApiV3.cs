namespace NodeManager.Sandbox.Api.OpenApi;

/// <summary>OpenAPI 3 of a group: options and patches of its requests, and fields of its kinds.</summary>
internal static class OpenApiV3
{
    private static readonly string[] Patches =
    [
        "application/apply-patch+yaml",
        "application/json-patch+json",
        "application/merge-patch+json",
    ];

    public static JsonObject Write(ResourceKind[] kinds, string version, int minor)
    {
        var paths = new JsonObject();
        var schemas = new TypeSchemas(minor, "#/components/schemas/", isWrapped: true);
        foreach (ResourceKind kind in kinds)
        {
            if (kind.IsStored)
                paths[OpenApiHandler.ObjectPath(kind, version)] = Operations(kind, version, minor);
            else if (kind.IsReview)
                paths[OpenApiHandler.CollectionPath(kind, version)] = new JsonObject
                {
                    ["post"] = Operation(kind, version, "post", OpenApiHandler.WriteOptions(minor)),
                };
            if (kind.Custom is { } custom)
                schemas.Add(kind, version, custom.At(version).SchemaDocument.DeepClone().AsObject());
            else
                schemas.Add(kind, version);
        }

        return new()
        {
            ["openapi"] = "3.0.0",
            ["info"] = OpenApiHandler.Info(minor),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas.ToJson() },
        };
    }

    private static JsonObject Operations(ResourceKind kind, string version, int minor)
    {
        string[] options = OpenApiHandler.WriteOptions(minor);
        JsonObject patch = Operation(kind, version, "patch", options);

        // Tells clients that strategic merge patches are supported, which they compute from the fields.
        string[] patches = kind.Custom is null ? [.. Patches, "application/strategic-merge-patch+json"] : Patches;
        patch["requestBody"] = new JsonObject
        {
            ["content"] = new JsonObject([
                .. patches.Select(static media =>
                    KeyValuePair.Create(media, (JsonNode?)new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } })
                ),
            ]),
            ["required"] = true,
        };
        return new()
        {
            ["get"] = Operation(kind, version, "get"),
            ["put"] = Operation(kind, version, "put", options),
            ["patch"] = patch,
            ["delete"] = Operation(kind, version, "delete", "dryRun", "gracePeriodSeconds", "propagationPolicy"),
        };
    }

    private static JsonObject Operation(ResourceKind kind, string version, string action, params string[] options) =>
        new()
        {
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = OpenApiHandler.Identity(kind, version),
            ["parameters"] = new JsonArray([
                .. options.Select(static option => new JsonObject
                {
                    ["name"] = option,
                    ["in"] = "query",
                    ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true },
                }),
            ]),
            ["responses"] = new JsonObject(),
        };
}

namespace NodeManager.Sandbox.Api.OpenApi;

/// <summary>OpenAPI 2 of all groups: options of patches, and fields of kinds.</summary>
internal static class OpenApiV2
{
    public static JsonObject Write(KindCatalog catalog)
    {
        var paths = new JsonObject();
        var definitions = new TypeSchemas(catalog.Minor, "#/definitions/", isWrapped: false);
        foreach (ResourceKind kind in catalog.Kinds)
        {
            foreach (ServedVersion version in kind.Versions.Where(one => one.IsServedBy(catalog.Minor)))
            {
                if (kind.IsStored)
                    paths[OpenApiHandler.ObjectPath(kind, version.Name)] = new JsonObject
                    {
                        ["patch"] = Patch(kind, version.Name, catalog.Minor),
                    };
                if (kind.Custom is { } custom)
                    definitions.Add(kind, version.Name, SecondVersion.Of(custom.At(version.Name).SchemaDocument));
                else
                    definitions.Add(kind, version.Name);
            }
        }

        return new()
        {
            ["swagger"] = "2.0",
            ["info"] = OpenApiHandler.Info(catalog.Minor),
            ["paths"] = paths,
            ["definitions"] = definitions.ToJson(),
        };
    }

    private static JsonObject Patch(ResourceKind kind, string version, int minor) =>
        new()
        {
            ["parameters"] = new JsonArray([
                .. OpenApiHandler
                    .WriteOptions(minor)
                    .Select(static option => new JsonObject
                    {
                        ["name"] = option,
                        ["in"] = "query",
                        ["type"] = "string",
                    }),
            ]),
            ["responses"] = new JsonObject(),
            ["x-kubernetes-action"] = "patch",
            ["x-kubernetes-group-version-kind"] = OpenApiHandler.Identity(kind, version),
        };
}

using NodeManager.Sandbox.Api.Protobuf;
using NodeManager.Sandbox.Kinds;

namespace NodeManager.Sandbox.Api.OpenApi;

/// <summary>
/// The description in OpenAPI 2, as far as kubectl decides by it: which kinds' patches take which options. Fields are not in it, so
/// older clients leave checking them to the server.
/// </summary>
internal static class OpenApiV2
{
    // The numbers are those of the public openapi_v2 definitions.
    public static byte[] Write(KindCatalog catalog)
    {
        var document = new WireWriter();
        document.Text(1, "2.0");
        document.Message(2, info =>
        {
            info.Text(1, "Kubernetes");
            info.Text(2, $"v1.{catalog.Minor}.2-sandbox");
        });
        document.Message(8, paths =>
        {
            foreach (ResourceKind kind in catalog.Kinds.Where(static kind => kind.IsStored))
            {
                foreach (ServedVersion version in kind.Versions.Where(one => one.IsServedBy(catalog.Minor)))
                    paths.Message(2, path => Path(path, kind, version.Name, catalog.Minor));
            }
        });
        return document.ToArray();
    }

    private static void Path(WireWriter path, ResourceKind kind, string version, int minor)
    {
        path.Text(1, OpenApiHandler.ObjectPath(kind, version));
        path.Message(2, item => item.Message(8, patch =>
        {
            Option(patch, "dryRun");
            if (minor >= FieldValidation.ServedFrom) Option(patch, "fieldValidation");
            patch.Message(13, extension =>
            {
                extension.Text(1, "x-kubernetes-group-version-kind");
                extension.Message(2, any => any.Text(2, $"group: \"{kind.Group}\"\nkind: {kind.Kind}\nversion: {version}\n"));
            });
        }));
    }

    private static void Option(WireWriter operation, string name) => operation.Message(8, item => item.Message(1, parameter => parameter.Message(
        2, notBody => notBody.Message(3, query =>
        {
            query.Text(2, "query");
            query.Text(4, name);
            query.Text(6, "string");
        }))));
}

using System.Security.Cryptography;
using System.Text;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

namespace NodeManager.Sandbox.Api.Handlers;

/// <summary>Serves versions, groups, resources and health.</summary>
internal sealed class DiscoveryHandler(KindCatalog catalog)
{
    public const int EvictionV1From = 22;

    private const int SingularsFrom = 27;

    private static readonly string[] AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    // In the order of real servers for custom kinds.
    private static readonly string[] CustomVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

    /// <summary>Null for another path.</summary>
    public ApiResponse? TryAnswer(IncomingRequest request)
    {
        if (request.Method != "GET")
            return null;
        string[] steps = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return steps switch
        {
            [] => ApiResponse.Json(new() { ["paths"] = Strings([.. Paths().Order(StringComparer.Ordinal)]) }),
            ["version"] => ApiResponse.Json(Version()),
            ["healthz" or "livez" or "readyz", ..] => ApiResponse.Text("ok"),
            ["api"] => ApiResponse.Json(new() { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") }),
            ["api", "v1"] => Resources("", "v1"),
            ["apis"] => ApiResponse.Json(
                new()
                {
                    ["kind"] = "APIGroupList",
                    ["apiVersion"] = "v1",
                    ["groups"] = new JsonArray([.. catalog.Groups().Select(group => Group(group.Group, group.Versions))]),
                }
            ),
            ["apis", var group] when catalog.Groups().FirstOrDefault(one => one.Group == group) is { Group: not null } found =>
                ApiResponse.Json(Group(found.Group, found.Versions, true)),
            ["apis", var group, var version] => Resources(group, version),
            _ => null,
        };
    }

    // Source: the index of kube-apiserver.
    private IEnumerable<string> Paths() =>
        [
            "/api",
            "/api/v1",
            "/apis",
            "/apis/",
            "/healthz",
            "/livez",
            "/openapi/v2",
            "/openapi/v3",
            "/openapi/v3/",
            "/readyz",
            "/version",
            .. catalog
                .Groups()
                .SelectMany(static group =>
                    group.Versions.Select(version => $"/apis/{group.Group}/{version}").Prepend($"/apis/{group.Group}")
                ),
        ];

    private JsonObject Version() =>
        new()
        {
            ["major"] = "1",
            ["minor"] = $"{catalog.Minor}",
            ["gitVersion"] = $"v1.{catalog.Minor}.2-sandbox",
            ["gitCommit"] = "",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "1970-01-01T00:00:00Z",
            ["goVersion"] = "",
            ["compiler"] = "",
            ["platform"] = "sandbox",
        };

    private static JsonObject Group(string name, string[] versions, bool isWhole = false)
    {
        var group = new JsonObject();
        if (isWhole)
            (group["kind"], group["apiVersion"]) = ("APIGroup", "v1");
        group["name"] = name;
        group["versions"] = new JsonArray([.. versions.Select(version => Named(name, version))]);
        group["preferredVersion"] = Named(name, versions[0]);
        return group;
    }

    private static JsonObject Named(string group, string version) =>
        new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };

    private ApiResponse? Resources(string group, string version)
    {
        var resources = new JsonArray();
        foreach (ResourceKind kind in catalog.Served(group, version).OrderBy(static kind => kind.Plural, StringComparer.Ordinal))
            Describe(kind, version, resources);
        if (resources.Count == 0)
            return null;
        return ApiResponse.Json(
            new()
            {
                ["kind"] = "APIResourceList",
                ["apiVersion"] = "v1",
                ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
                ["resources"] = resources,
            }
        );
    }

    private void Describe(ResourceKind kind, string version, JsonArray into)
    {
        string[] verbs = kind switch
        {
            { Custom: not null } => CustomVerbs,
            { IsStored: true } => AllVerbs,
            { IsReview: true } => ["create"],
            _ => ["get", "list"],
        };
        if (!kind.DeletesCollections(catalog.Minor))
            verbs = [.. verbs.Where(static verb => verb != "deletecollection")];
        JsonObject resource = Resource(kind.Plural, kind.IsNamespaced, kind.Kind, verbs);
        if (kind.Custom is not null || catalog.Minor >= SingularsFrom)
            resource["singularName"] = kind.Singular;
        if (kind.ShortNames.Length > 0)
            resource["shortNames"] = Strings(kind.ShortNames);
        if (kind.Categories.Length > 0)
            resource["categories"] = Strings(kind.Categories);
        if (kind.IsStored)
            resource["storageVersionHash"] = StorageVersionHash(kind);
        into.Add(resource);
        if (kind == BuiltInKinds.Pods)
        {
            into.Add(Resource("pods/binding", true, "Binding", ["create"]));
            JsonObject eviction = Resource("pods/eviction", true, "Eviction", ["create"]);
            eviction.Insert(3, "group", "policy");
            eviction.Insert(4, "version", catalog.Minor >= EvictionV1From ? "v1" : "v1beta1");
            into.Add(eviction);
            if (catalog.Minor >= EphemeralContainerRules.From)
                into.Add(Resource("pods/" + EphemeralContainerRules.Subresource, true, kind.Kind, ["get", "patch", "update"]));
            into.Add(Resource("pods/log", true, kind.Kind, ["get"]));
        }

        if (kind == BuiltInKinds.ServiceAccounts)
        {
            JsonObject token = Resource("serviceaccounts/token", true, "TokenRequest", ["create"]);
            token.Insert(3, "group", "authentication.k8s.io");
            token.Insert(4, "version", "v1");
            into.Add(token);
        }

        if (kind == PassiveKinds.CertificateSigningRequests)
            into.Add(Resource(kind.Plural + "/approval", false, kind.Kind, ["get", "patch", "update"]));
        if (kind == BuiltInKinds.Namespaces)
            into.Add(Resource("namespaces/finalize", false, kind.Kind, ["update"]));
        if (kind.HasScaleAt(version))
        {
            JsonObject scale = Resource(kind.Plural + "/scale", kind.IsNamespaced, "Scale", ["get", "patch", "update"]);
            scale.Insert(3, "group", "autoscaling");
            scale.Insert(4, "version", "v1");
            into.Add(scale);
        }

        if (kind.HasStatusAt(version))
            into.Add(Resource(kind.Plural + "/status", kind.IsNamespaced, kind.Kind, ["get", "patch", "update"]));
    }

    // Changes with the storage version.
    private string StorageVersionHash(ResourceKind kind)
    {
        if (kind.StoredAs.Versions.Any(version => version.IsServedBy(catalog.Minor)))
            kind = kind.StoredAs;
        string version = kind.Custom?.Stored.Name ?? kind.VersionAt(catalog.Minor);
        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind.Group}/{version}/{kind.Kind}")).AsSpan(0, 8));
    }

    private static JsonObject Resource(string name, bool isNamespaced, string kind, string[] verbs) =>
        new()
        {
            ["name"] = name,
            ["singularName"] = "",
            ["namespaced"] = isNamespaced,
            ["kind"] = kind,
            ["verbs"] = Strings(verbs),
        };

    private static JsonArray Strings(string[] texts) => new([.. texts.Select(static text => JsonValue.Create(text))]);
}

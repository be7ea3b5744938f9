using NodeManager.Sandbox.Model.Kinds.Strategies;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>An object that every cluster has from the start.</summary>
/// <param name="RestoredAfter">How soon the server recreates it after a deletion; null: only at a restart.</param>
internal sealed record InitialObject(ResourceKind Kind, string Namespace, string Name, TimeSpan? RestoredAfter, Func<JsonObject> Content);

/// <summary>Objects that an API server creates at its start, and partly recreates.</summary>
internal static class InitialObjects
{
    private const string Api = "kubernetes";
    private const string ServerAddress = "10.0.0.1";
    private const int ServerPort = 6443;

    // As in the real server: its service is checked every 10 seconds, its namespaces every minute.
    private static readonly TimeSpan ServicePeriod = TimeSpan.FromSeconds(10),
        NamespacePeriod = TimeSpan.FromMinutes(1);

    /// <summary>In order of creation.</summary>
    public static IReadOnlyList<InitialObject> All { get; } =
    [
        .. ((string[])["default", "kube-node-lease", "kube-public", "kube-system"]).Select(static name => new InitialObject(
            BuiltInKinds.Namespaces,
            "",
            name,
            NamespacePeriod,
            static () => []
        )),
        new(BuiltInKinds.Services, "default", Api, ServicePeriod, Service),
        new(BuiltInKinds.Endpoints, "default", Api, ServicePeriod, Endpoints),
        new(BuiltInKinds.EndpointSlices, "default", Api, ServicePeriod, EndpointSlice),
        .. PriorityClassRules.System.Select(static one => new InitialObject(
            BuiltInKinds.PriorityClasses,
            "",
            one.Key,
            null,
            () => new() { ["value"] = one.Value }
        )),
    ];

    public static void Create(ResourceRegistry registry)
    {
        foreach (InitialObject one in All)
            Create(registry, one);
    }

    public static void Create(ResourceRegistry registry, InitialObject one)
    {
        if (registry.Store.Get(one.Kind, one.Namespace, one.Name) is not null)
            return;
        JsonObject document = one.Content();
        document.Ensure("metadata")["name"] = one.Name;
        registry.Create(one.Kind, one.Namespace, document);
    }

    private static JsonObject Service() =>
        new()
        {
            ["metadata"] = Labels(("component", "apiserver"), ("provider", "kubernetes")),
            ["spec"] = new JsonObject
            {
                ["clusterIP"] = ServiceAddresses.OfApi,
                ["ports"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "https",
                        ["port"] = 443,
                        ["protocol"] = "TCP",
                        ["targetPort"] = ServerPort,
                    }
                ),
            },
        };

    // Synthetic, because nothing is routed here; real servers register their own address.
    private static JsonObject Endpoints() =>
        new()
        {
            ["metadata"] = Labels(("endpointslice.kubernetes.io/skip-mirror", "true")),
            ["subsets"] = new JsonArray(
                new JsonObject { ["addresses"] = new JsonArray(new JsonObject { ["ip"] = ServerAddress }), ["ports"] = Ports() }
            ),
        };

    private static JsonObject EndpointSlice() =>
        new()
        {
            ["metadata"] = Labels(("kubernetes.io/service-name", Api)),
            ["addressType"] = "IPv4",
            ["endpoints"] = new JsonArray(
                new JsonObject
                {
                    ["addresses"] = new JsonArray(ServerAddress),
                    ["conditions"] = new JsonObject { ["ready"] = true },
                }
            ),
            ["ports"] = Ports(),
        };

    private static JsonArray Ports() =>
        new(
            new JsonObject
            {
                ["name"] = "https",
                ["port"] = ServerPort,
                ["protocol"] = "TCP",
            }
        );

    private static JsonObject Labels(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var map = new JsonObject();
        foreach ((string name, string value) in labels)
            map[name] = value;
        return new() { ["labels"] = map };
    }
}

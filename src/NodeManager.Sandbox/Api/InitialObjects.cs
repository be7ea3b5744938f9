using System.Text.Json.Nodes;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Kinds.Rules;

namespace NodeManager.Sandbox.Api;

/// <summary>What every cluster has from its first moment.</summary>
internal static class InitialObjects
{
    private const string ServerAddress = "10.0.0.1";
    private const int ServerPort = 6443;
    private static readonly string[] Namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

    public static void Create(ResourceRegistry registry)
    {
        foreach (string name in Namespaces)
            registry.Create(BuiltInKinds.Namespaces, "", new() { ["metadata"] = new JsonObject { ["name"] = name } });

        registry.Create(BuiltInKinds.Services, "default", new()
        {
            ["metadata"] = new JsonObject { ["name"] = "kubernetes", ["labels"] = new JsonObject { ["component"] = "apiserver", ["provider"] = "kubernetes" } },
            ["spec"] = new JsonObject
            {
                ["clusterIP"] = ServiceAddresses.OfApi,
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = 443, ["protocol"] = "TCP", ["targetPort"] = ServerPort }),
            },
        });
        // Made up, as nothing routes: servers state where they themselves are.
        registry.Create(BuiltInKinds.Endpoints, "default", new()
        {
            ["metadata"] = new JsonObject { ["name"] = "kubernetes", ["labels"] = new JsonObject { ["endpointslice.kubernetes.io/skip-mirror"] = "true" } },
            ["subsets"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(new JsonObject { ["ip"] = ServerAddress }),
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = ServerPort, ["protocol"] = "TCP" }),
            }),
        });
        registry.Create(BuiltInKinds.EndpointSlices, "default", new()
        {
            ["metadata"] = new JsonObject { ["name"] = "kubernetes", ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = "kubernetes" } },
            ["addressType"] = "IPv4",
            ["endpoints"] = new JsonArray(new JsonObject { ["addresses"] = new JsonArray(ServerAddress), ["conditions"] = new JsonObject { ["ready"] = true } }),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = ServerPort, ["protocol"] = "TCP" }),
        });
        foreach ((string name, long value) in PriorityClassRules.System)
            registry.Create(BuiltInKinds.PriorityClasses, "", new() { ["metadata"] = new JsonObject { ["name"] = name }, ["value"] = value });
    }
}

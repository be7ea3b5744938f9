using System.Text.Json.Nodes;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Kinds.Rules;

namespace NodeManager.Sandbox.Api;

/// <summary>What every cluster has from its first moment.</summary>
internal static class InitialObjects
{
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
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = 443, ["protocol"] = "TCP", ["targetPort"] = 6443 }),
            },
        });
        foreach ((string name, long value) in PriorityClassRules.System)
            registry.Create(BuiltInKinds.PriorityClasses, "", new() { ["metadata"] = new JsonObject { ["name"] = name }, ["value"] = value });
    }
}

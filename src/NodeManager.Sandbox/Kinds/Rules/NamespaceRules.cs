using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds.Rules;

internal static class NamespaceRules
{
    public static KindRules Rules { get; } = new()
    {
        CheckName = NameRules.Label,
        PrepareCreate = static ns =>
        {
            ns.Ensure("spec")["finalizers"] = new JsonArray("kubernetes");
            ns["status"] = new JsonObject { ["phase"] = "Active" };
        },
    };
}

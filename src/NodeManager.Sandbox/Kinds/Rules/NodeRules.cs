using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds.Rules;

internal static class NodeRules
{
    public static KindRules Rules { get; } = new()
    {
        KeepsStatusOnCreate = true,
        StatusMayChangeMetadata = true,
        Default = static node => node.Ensure("spec"),
        Validate = Validate,
    };

    private static void Validate(JsonObject node, JsonObject? old, FieldErrors errors)
    {
        if (node.Object("spec").Array("taints") is not { } taints) return;
        TaintRules.Validate(taints, errors);
    }
}

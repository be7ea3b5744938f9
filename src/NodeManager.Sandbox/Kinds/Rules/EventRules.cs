using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds.Rules;

internal static class EventRules
{
    public static KindRules Rules { get; } = new()
    {
        Validate = Validate,
        Default = static item =>
        {
            item.Ensure("involvedObject");
            item.Ensure("source");
        },
    };

    private static void Validate(JsonObject item, JsonObject? old, FieldErrors errors)
    {
        string about = item.Object("involvedObject").Text("namespace") ?? "", own = item.Object("metadata").Text("namespace") ?? "";
        if (about.Length == 0)
        {
            // What has no namespace has its events in this one.
            if (own != "default") errors.Invalid("involvedObject.namespace", about, "does not match event.namespace");
        }
        else if (about != own)
        {
            errors.Invalid("involvedObject.namespace", about, "does not match event.namespace");
        }
    }
}

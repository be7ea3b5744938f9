using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds.Rules;

/// <summary>Events as events.k8s.io has them: the same objects, with other names for some of their members.</summary>
internal static class EventViewRules
{
    private static readonly (string Core, string Group)[] Names =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ];

    public static KindRules Rules { get; } = new()
    {
        Validate = Validate,
        Default = static item =>
        {
            item.Ensure("regarding");
            item.Ensure("deprecatedSource");
        },
        Show = static item =>
        {
            foreach ((string core, string group) in Names) Rename(item, core, group);
        },
        Store = static item =>
        {
            foreach ((string core, string group) in Names) Rename(item, group, core);
        },
    };

    private static void Rename(JsonObject item, string from, string to)
    {
        if (!item.TryGetPropertyValue(from, out JsonNode? value)) return;
        item.Remove(from);
        item[to] = value;
    }

    private static void Validate(JsonObject item, JsonObject? old, FieldErrors errors)
    {
        string about = item.Object("regarding").Text("namespace") ?? "", own = item.Object("metadata").Text("namespace") ?? "";
        if (about.Length == 0 ? own != "default" : about != own) errors.Invalid("involvedObject.namespace", about, "does not match event.namespace");
        if (old is not null) return;
        if (string.IsNullOrEmpty(item.Text("eventTime")))
        {
            errors.Required("eventTime");
        }
        else
        {
            foreach ((string member, string field) in (ReadOnlySpan<(string, string)>)[("reportingController", "reportingController"), ("reportingInstance", "reportingInstance"), ("action", "action"), ("reason", "reason")])
                if (string.IsNullOrEmpty(item.Text(member))) errors.Required(field);
        }

        string type = item.Text("type") ?? "";
        if (type is not ("Normal" or "Warning")) errors.Invalid("type", type, $"has invalid value: {type}");
    }
}

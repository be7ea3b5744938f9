namespace NodeManager.Sandbox.Model.Kinds.Strategies;

/// <summary>Events of events.k8s.io: the same objects with some other member names.</summary>
internal static class EventViewRules
{
    private static readonly (string Core, string Group)[] Names =
    [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ];

    private const int ImmutableFrom = 21;

    private static readonly string[] Immutable = ["reason", "type", "action", "reportingController", "reportingInstance"];

    public static KindRules Rules { get; } =
        new()
        {
            Validate = Validate,
            ValidateUpdate = static (changed, old, errors) =>
            {
                if (errors.Minor < ImmutableFrom)
                    return;
                foreach (string member in Immutable)
                    if (!JsonNode.DeepEquals(changed[member], old[member]))
                        errors.Invalid(member, changed.Text(member) ?? "", "field is immutable");
            },
            Default = static item =>
            {
                item.Ensure("regarding");
                item.Ensure("deprecatedSource");
            },
            Show = static item =>
            {
                foreach ((string core, string group) in Names)
                    Rename(item, core, group);
            },
            Store = static item =>
            {
                foreach ((string core, string group) in Names)
                    Rename(item, group, core);
            },
        };

    private static void Rename(JsonObject item, string from, string to)
    {
        if (!item.TryGetPropertyValue(from, out JsonNode? value))
            return;
        item.Remove(from);
        item[to] = value;
    }

    private static void Validate(JsonObject item, JsonObject? old, FieldErrors errors)
    {
        EventRules.Validate(item, item.Object("regarding"), "reportingController", "note", errors);
        if (old is not null)
            return;
        if (string.IsNullOrEmpty(item.Text("eventTime")))
            errors.Required("eventTime");
        if (item.Text("type") is var type and not ("Normal" or "Warning"))
            errors.Invalid("type", "", $"has invalid value: {type}");
    }
}

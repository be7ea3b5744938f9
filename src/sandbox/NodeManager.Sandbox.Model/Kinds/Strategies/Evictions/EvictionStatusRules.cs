namespace NodeManager.Sandbox.Model.Kinds.Strategies.Evictions;

/// <summary>
/// Validates writes of an Eviction's status by several responders, none of which may take another's turn. Source: the Kubernetes API
/// reference, 1.37, and the behavior of kube-apiserver 1.37.
/// </summary>
internal static class EvictionStatusRules
{
    private const int MaximumRequesters = 100;
    private const int MaximumResponders = 11;

    public static void Validate(JsonObject changed, JsonObject old, DateTimeOffset now, FieldErrors errors)
    {
        JsonObject? status = changed.Object("status"),
            before = old.Object("status");
        CheckGeneration(status, before, errors);
        bool isFinal = false;
        foreach (string type in (ReadOnlySpan<string>)["Failed", "TargetEvicted"])
        {
            JsonObject? held = before.Condition(type);
            bool wasTrue = held.Text("status") == "True";
            isFinal |= wasTrue || status.HasCondition(type);
            if (wasTrue && !JsonNode.DeepEquals(held, status.Condition(type)))
                errors.Invalid("status.conditions", status?["conditions"], $"{type} condition status cannot be reverted");
        }

        CheckRequesters(status.Array("requesters") ?? [], errors);
        JsonObject[] targets = All(status, "targetResponders"),
            responders = All(status, "responders");
        ResponderTurns.Check(targets, All(before, "targetResponders"), responders, isFinal, now, errors);
        CheckResponders(targets, responders, All(before, "responders"), now, errors);
    }

    /// <summary>May only increase.</summary>
    public static void CheckGeneration(JsonObject? status, JsonObject? before, FieldErrors errors)
    {
        const string Path = "status.observedGeneration";
        long? observed = status.Number("observedGeneration"),
            former = before.Number("observedGeneration");
        if (observed is null && former is not null)
            errors.Invalid(Path, null, "field cannot be cleared once set");
        else if (observed < 1)
            errors.Invalid(Path, observed, "must be greater than or equal to 1");
        else if (observed < former)
            errors.Invalid(Path, observed, $"cannot decrement, must be greater than or equal to {former}");
    }

    private static void CheckRequesters(JsonArray requesters, FieldErrors errors)
    {
        if (requesters.Count > MaximumRequesters)
            errors.Add(
                "FieldValueTooMany",
                "status.requesters",
                $"Too many: {requesters.Count}: must have at most {MaximumRequesters} items"
            );
        for (int i = 0; i < requesters.Count; i++)
        {
            var requester = requesters[i] as JsonObject;
            ResponderRules.CheckKey($"status.requesters[{i}].name", requester.Text("name") ?? "", mayBeReserved: true, errors);
            EvictionRules.CheckIntent($"status.requesters[{i}].intent", requester.Text("intent") ?? "", errors);
        }
    }

    private static void CheckResponders(
        JsonObject[] targets,
        JsonObject[] responders,
        JsonObject[] before,
        DateTimeOffset now,
        FieldErrors errors
    )
    {
        const string Path = "status.responders";
        if (responders.Length > MaximumResponders)
            errors.Add("FieldValueTooMany", Path, $"Too many: {responders.Length}: must have at most {MaximumResponders} items");
        if (targets.Length != responders.Length)
        {
            errors.Invalid(
                Path,
                Show(responders),
                "must be the same length as status.targetResponders and contain the same keys in the same order"
            );
            return;
        }

        if (!targets.Select(Name).SequenceEqual(responders.Select(Name)))
        {
            errors.Invalid(Path, Show(responders), "must contain the same keys in the same order as status.targetResponders");
            return;
        }

        for (int i = 0; i < responders.Length; i++)
            new ResponderReport($"{Path}[{i}]", responders[i], now, errors).Check(
                i < before.Length ? before[i] : null,
                targets[i].Text("state") == "Active"
            );
    }

    private static JsonObject[] All(JsonObject? status, string list) => [.. status.Objects(list)];

    private static string Name(JsonObject item) => item.Text("name") ?? "";

    private static JsonArray Show(JsonObject[] items) => new([.. items.Select(static i => i.DeepClone())]);
}

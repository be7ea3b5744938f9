namespace NodeManager.Sandbox.Model.Kinds.Strategies;

/// <summary>User priorities are below system priorities, and immutable.</summary>
internal static class PriorityClassRules
{
    private const string SystemPrefix = "system-";
    private const long HighestOfUsers = 1_000_000_000;

    public static KindRules Rules { get; } =
        new()
        {
            Default = static item =>
            {
                item.Default("value", 0);
                item.Default("preemptionPolicy", "PreemptLowerPriority");
            },
            RefuseDelete = static name => System!.ContainsKey(name) ? "this is a system priority class and cannot be deleted" : null,
            Validate = Validate,
            ValidateUpdate = static (changed, old, errors) =>
            {
                if (changed.Number("value") != old.Number("value"))
                    errors.Forbidden("value", "may not be changed in an update.");
                if (changed.Text("preemptionPolicy") != old.Text("preemptionPolicy"))
                    errors.Invalid("preemptionPolicy", changed["preemptionPolicy"], "field is immutable");
            },
        };

    /// <summary>The classes of every cluster.</summary>
    public static IReadOnlyDictionary<string, long> System { get; } =
        new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["system-cluster-critical"] = 2_000_000_000,
            ["system-node-critical"] = 2_000_001_000,
        };

    private static void Validate(JsonObject item, JsonObject? old, FieldErrors errors)
    {
        string name = item.Object("metadata").Text("name") ?? "";
        long value = item.Number("value") ?? 0;
        if (!name.StartsWith(SystemPrefix, StringComparison.Ordinal))
        {
            if (value > HighestOfUsers)
                errors.Forbidden("value", $"maximum allowed value of a user defined priority is {HighestOfUsers}");
        }
        else if (!System.TryGetValue(name, out long its))
            Reserved($"{name} is not a known system priority class");
        else if (value != its)
            Reserved($"value of {name} PriorityClass must be {its}");

        if (item.Text("preemptionPolicy") is "")
            errors.Required("preemptionPolicy");
        else if (item.Text("preemptionPolicy") is { } policy and not ("PreemptLowerPriority" or "Never"))
            errors.NotSupported("preemptionPolicy", $"\"{policy}\"", "PreemptLowerPriority", "Never");

        void Reserved(string error) =>
            errors.Forbidden(
                "metadata.name",
                $"priority class names with '{SystemPrefix}' prefix are reserved for system use only. error: {error}"
            );
    }
}

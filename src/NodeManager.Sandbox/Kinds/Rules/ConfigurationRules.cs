using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds.Rules;

internal static class ConfigurationRules
{
    public static KindRules ConfigMaps { get; } = new() { ValidateUpdate = KeepImmutable };

    public static KindRules Secrets { get; } = new()
    {
        ValidateUpdate = KeepImmutable,
        Default = static secret =>
        {
            secret.Default("type", "Opaque");
            if (secret["stringData"] is not JsonObject texts) return;
            JsonObject data = secret.Ensure("data");
            foreach ((string key, JsonNode? value) in texts) data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes((string?)value ?? ""));
            secret.Remove("stringData");
        },
    };

    public static KindRules StorageClasses { get; } = new()
    {
        Default = static item =>
        {
            item.Default("reclaimPolicy", "Delete");
            item.Default("volumeBindingMode", "Immediate");
        },
    };

    /// <summary>What was declared immutable stays so, and what it is.</summary>
    private static void KeepImmutable(JsonObject changed, JsonObject old, FieldErrors errors)
    {
        if (old.Flag("immutable") != true) return;
        const string Rule = "field is immutable when `immutable` is set";
        if (changed.Flag("immutable") != true) errors.Forbidden("immutable", Rule);
        foreach (string field in (ReadOnlySpan<string>)["data", "binaryData"])
            if (!JsonNode.DeepEquals(changed[field] ?? new JsonObject(), old[field] ?? new JsonObject())) errors.Forbidden(field, Rule);
    }
}

using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Kinds.Rules;

internal static class ConfigurationRules
{
    public static KindRules Secrets { get; } = new()
    {
        Default = static secret =>
        {
            secret.Default("type", "Opaque");
            if (secret["stringData"] is not JsonObject texts) return;
            JsonObject data = secret.Ensure("data");
            foreach ((string key, JsonNode? value) in texts) data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes((string?)value ?? ""));
            secret.Remove("stringData");
        },
    };

    public static KindRules Services { get; } = new()
    {
        CheckName = NameRules.Label,
        PrepareCreate = static service => service["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() },
        Default = static service =>
        {
            JsonObject spec = service.Ensure("spec");
            spec.Default("type", "ClusterIP");
            spec.Default("sessionAffinity", "None");
            foreach (JsonNode? node in spec.Array("ports") ?? [])
            {
                if (node is not JsonObject port) continue;
                port.Default("protocol", "TCP");
                if (port["port"] is { } number) port.Default("targetPort", number.DeepClone());
            }
        },
    };

    public static KindRules PriorityClasses { get; } = new() { Default = static item => item.Default("preemptionPolicy", "PreemptLowerPriority") };

    public static KindRules StorageClasses { get; } = new()
    {
        Default = static item =>
        {
            item.Default("reclaimPolicy", "Delete");
            item.Default("volumeBindingMode", "Immediate");
        },
    };
}

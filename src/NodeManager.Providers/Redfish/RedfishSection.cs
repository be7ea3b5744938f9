using System.Text.Json.Nodes;
using NodeManager.Providers.Settings;

namespace NodeManager.Providers.Redfish;

/// <summary>The parameters of New-NodeProvider for this type.</summary>
internal static class RedfishSection
{
    public static ProviderSection Definition { get; } =
        new(
            "redfish",
            [
                new(
                    "System",
                    "systems",
                    static tables => new JsonArray([.. ((IEnumerable<IReadOnlyDictionary<string, object?>>)tables).Select(System)])
                ),
                new("BootTarget", "bootTarget"),
                new("BootMode", "bootMode"),
                new("HttpBootUri", "httpBootURI"),
                new("ManagedTag", "managedTag"),
                new("PowerTimeout", "powerTimeout"),
                .. SectionParameter.OfConnections,
            ]
        );

    // secretName and secretNamespace stand for the reference.
    private static JsonNode System(IReadOnlyDictionary<string, object?> table)
    {
        var system = new JsonObject();
        var reference = new JsonObject();
        foreach ((string name, object? value) in table)
        {
            if (name.Equals("secretName", StringComparison.OrdinalIgnoreCase))
                reference["name"] = SectionParameter.ToJson(value);
            else if (name.Equals("secretNamespace", StringComparison.OrdinalIgnoreCase))
                reference["namespace"] = SectionParameter.ToJson(value);
            else
                system[name] = SectionParameter.ToJson(value);
        }

        if (reference.Count > 0)
            system["credentialsSecretRef"] = reference;
        return SectionParameter.Sort(
            system,
            "name",
            "endpoint",
            "systemID",
            "credentialsSecretRef",
            "cpuCores",
            "memoryMiB",
            "zone",
            "resources"
        );
    }
}

using System.Text.Json.Nodes;
using NodeManager.Providers.Settings;

namespace NodeManager.Providers.ClusterApi;

/// <summary>The parameters of New-NodeProvider for this type.</summary>
internal static class ClusterApiSection
{
    public static ProviderSection Definition { get; } =
        new(
            "clusterapi",
            new("MachineNamespace", "namespace"),
            new(
                "MachineOwner",
                "owners",
                static tables => new JsonArray([
                    .. ((IEnumerable<IReadOnlyDictionary<string, object?>>)tables).Select(static one =>
                        (JsonNode)SectionParameter.Sort((JsonObject)SectionParameter.ToJson(one)!, "kind", "name", "shape", "zone")
                    ),
                ])
            ),
            new("WaitTimeout", "waitTimeout")
        );
}

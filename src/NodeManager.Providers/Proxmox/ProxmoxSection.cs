using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Providers.Settings;

namespace NodeManager.Providers.Proxmox;

/// <summary>The parameters of New-NodeProvider for this type.</summary>
internal static class ProxmoxSection
{
    public static ProviderSection Definition { get; } =
        new(
            "proxmox",
            [
                new("Endpoint", "endpoint"),
                new("NodeWhitelist", "nodeWhitelist"),
                new("VmIdRange", "vmIDRange", static text => Range((string)text)),
                new("ManagedTag", "managedNodeTag"),
                new("VmMemOverheadMiB", "vmMemOverheadMiB"),
                new("NetworkInterface", "networkInterfaces", static tables => Cards((JsonArray)SectionParameter.ToJson(tables)!)),
                new("VmOption", "vmOptions", static table => Options((IReadOnlyDictionary<string, object?>)table)),
                .. SectionParameter.OfConnections,
                new("TaskTimeout", "taskTimeout"),
                new("CpuOvercommit", "cpuOvercommit"),
                new("ResourcePool", "resourcePool"),
                new("NodeZone", "nodeZones"),
                new("DeviceMapping", "deviceMappings"),
                new("Disk", "disk"),
                new("TemplateId", "template.vmID"),
                new("LinkedClone", "template.full", static isLinked => !(bool)isLinked),
                new("Storage", "template.storage"),
                new("TaintsInSmbios", "taintsInSmbios"),
            ]
        );

    private static JsonArray Cards(JsonArray tables) =>
        [.. tables.Select(static one => SectionParameter.Sort((JsonObject)one!, "name", "model", "bridge", "vlanTag", "macPrefix"))];

    private static JsonArray Options(IReadOnlyDictionary<string, object?> table) =>
        [
            .. table
                .OrderBy(static one => one.Key, StringComparer.Ordinal)
                .Select(static one => new JsonObject { ["name"] = one.Key, ["value"] = SectionParameter.ToJson(one.Value) }),
        ];

    // The first and the last id.
    private static JsonObject Range(string text)
    {
        string[] ends = text.Split('-', StringSplitOptions.TrimEntries);
        return
            ends.Length == 2
            && long.TryParse(ends[0], CultureInfo.InvariantCulture, out long lower)
            && long.TryParse(ends[1], CultureInfo.InvariantCulture, out long upper)
            ? new() { ["lower"] = lower, ["upper"] = upper }
            : throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                $"'{text}' is not a valid range of ids.",
                text,
                "Use the first and the last id: 1250-1300."
            );
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;
using NodeManager.Core.Errors;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

/// <summary>The rules of <c>spec.proxmox</c>.</summary>
internal static partial class ProxmoxRules
{
    /// <summary>Options that the provider itself sets; overriding one would break its control of the machine.</summary>
    private static readonly HashSet<string> ReservedOptions = new(StringComparer.Ordinal)
    {
        "vmid",
        "newid",
        "node",
        "name",
        "description",
        "tags",
        "cores",
        "memory",
        "pool",
        "start",
        "force",
        "archive",
        "unique",
        "lock",
        "skiplock",
        "digest",
        "protection",
        "template",
        "delete",
        "revert",
    };

    public static void Check(FieldProblems problems, ProxmoxProviderSpec proxmox)
    {
        const string path = "spec.proxmox";
        ProviderSpecs.CheckEndpoint(problems, path, proxmox.Endpoint);
        problems.Add(path, proxmox.VmMemOverheadMiB < 0, "vmMemOverheadMiB must be non-negative");
        if (proxmox.VmIDRange is { } range)
        {
            problems.Add($"{path}.vmIDRange", range.Lower < 100, "lower must be >= 100 (Proxmox reserved range)");
            problems.Add($"{path}.vmIDRange", range.Upper > 999_999_999, "upper must be <= 999999999 (Proxmox max VMID)");
            problems.Add($"{path}.vmIDRange", range.Upper < range.Lower, "upper must be >= lower");
        }

        problems.AddDuration($"{path}.taskTimeout", proxmox.TaskTimeout, isPositive: true);
        problems.Add($"{path}.cpuOvercommit", proxmox.CpuOvercommit < 1, "must be at least 1");
        problems.Add($"{path}.template.vmID", proxmox.Template?.VmID < 100, "must be at least 100");
        problems.Add(
            $"{path}.managedNodeTag",
            proxmox.ManagedNodeTag is { } tag && !ProxmoxTag().IsMatch(tag),
            "must be a Proxmox tag: lower-case letters, digits, '_', '-', '+' and '.'"
        );
        ProviderSpecs.CheckCertificates(problems, path, proxmox.CaBundle);
        foreach (ProxmoxNetworkInterface card in proxmox.NetworkInterfaces ?? [])
        {
            problems.Add($"{path}.networkInterfaces.name", !CardName().IsMatch(card.Name), "must be net0 to net31");
            problems.Add($"{path}.networkInterfaces.vlanTag", card.VlanTag is < 1 or > 4094, "must be 1 to 4094");
            problems.Add(
                $"{path}.networkInterfaces.macPrefix",
                card.MacPrefix is { } prefix && !MacPrefix().IsMatch(prefix),
                "must be one to five bytes such as 02:00:00, of a unicast address"
            );
            problems.Add(
                $"{path}.networkInterfaces",
                !IsOptionPart(card.Model) || !IsOptionPart(card.Bridge),
                "model and bridge must not be empty or contain a comma or a space"
            );
        }

        CheckDevices(problems, path, proxmox);
        foreach (ProxmoxOption option in proxmox.VmOptions ?? [])
        {
            problems.Add($"{path}.vmOptions.name", !OptionName().IsMatch(option.Name), "must be a parameter of Proxmox");
            problems.Add($"{path}.vmOptions.name", ReservedOptions.Contains(option.Name), $"'{option.Name}' is set by the provider");
            problems.Add(
                $"{path}.vmOptions.value",
                option.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False),
                "must be a text, a number or a boolean"
            );
            problems.Add(
                $"{path}.vmOptions.name",
                proxmox.TaintsInSmbios == true && option.Name == "smbios1",
                "'smbios1' is set by the provider where taintsInSmbios is true"
            );
        }
    }

    private static void CheckDevices(FieldProblems problems, string path, ProxmoxProviderSpec proxmox)
    {
        problems.Add(
            $"{path}.disk",
            proxmox.Disk is { } disk && !Drive().IsMatch(disk),
            "must be a drive such as scsi0, virtio0, sata0 or ide0"
        );
        foreach ((string resource, string mapping) in proxmox.DeviceMappings ?? [])
        {
            problems.Add(
                $"{path}.deviceMappings",
                !resource.Contains('/', StringComparison.Ordinal),
                $"'{resource}' must be an extended resource such as nvidia.com/gpu"
            );
            problems.Add($"{path}.deviceMappings", !Mapping().IsMatch(mapping), $"'{mapping}' must be the name of a PCI resource mapping");
        }

        ProxmoxOption? huge = proxmox.VmOptions?.Find(static one => one.Name == "hugepages");
        problems.Add(
            $"{path}.vmOptions",
            huge is not null && huge.Value.ToString() is not ("any" or "2" or "1024"),
            "hugepages must be any, 2 or 1024"
        );
        problems.Add(
            $"{path}.vmOptions",
            huge is not null
                && proxmox.VmOptions!.Find(static one => one.Name == "numa")?.Value.ToString() is not ("1" or "True" or "true"),
            "hugepages requires numa: 1"
        );
    }

    private static bool IsOptionPart(string text) => text.Length > 0 && text.AsSpan().IndexOfAny(", =") < 0;

    [GeneratedRegex("^[a-z0-9_][a-z0-9_+.-]*$")]
    private static partial Regex ProxmoxTag();

    [GeneratedRegex("^net([0-9]|[12][0-9]|3[01])$")]
    private static partial Regex CardName();

    [GeneratedRegex("^[0-9A-Fa-f][02468ACEace](:[0-9A-Fa-f]{2}){0,4}$")]
    private static partial Regex MacPrefix();

    [GeneratedRegex("^((ide|sata|scsi|virtio)[0-9]{1,2})$")]
    private static partial Regex Drive();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]+$")]
    private static partial Regex Mapping();

    [GeneratedRegex("^[a-z][a-z0-9_-]*$")]
    private static partial Regex OptionName();
}

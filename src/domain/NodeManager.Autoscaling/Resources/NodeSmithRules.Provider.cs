using System.Text.Json;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Autoscaling.Resources;

public static partial class NodeSmithRules
{
    /// <inheritdoc cref="Check(NodeSmithClaim)"/>
    public static IReadOnlyList<FieldProblem> Check(NodeSmithProvider provider) => CheckProvider(provider.Spec);

    /// <summary>As above, for a provider's spec alone.</summary>
    public static IReadOnlyList<FieldProblem> CheckProvider(NodeSmithProviderSpec spec)
    {
        var problems = new Problems();
        problems.Add(
            "spec",
            LabelRules.CheckKey(spec.Type) is not null,
            "type must be a qualified name such as proxmox, redfish or example.com/cloud"
        );
        problems.Add("spec", spec is { Type: "proxmox", Proxmox: null }, "proxmox field required when type is 'proxmox'");
        if (spec.Proxmox is { } proxmox)
            CheckProxmox(problems, proxmox);
        if (spec.Redfish is { } redfish)
            CheckRedfish(problems, redfish);
        if (spec.Simulated is { } simulated)
        {
            problems.AddDuration("spec.simulated.bootDelay", simulated.BootDelay);
            problems.Add("spec.simulated.maxMachines", simulated.MaxMachines < 0, "must be non-negative");
        }

        return problems.Found;
    }

    private static void CheckProxmox(Problems problems, ProxmoxProviderSpec proxmox)
    {
        const string path = "spec.proxmox";
        CheckEndpoint(problems, path, proxmox.Endpoint);
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
        CheckCertificates(problems, path, proxmox.CaBundle);
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

    private static void CheckRedfish(Problems problems, RedfishProviderSpec redfish)
    {
        const string path = "spec.redfish";
        problems.AddDuration($"{path}.powerTimeout", redfish.PowerTimeout, isPositive: true);
        problems.Add(
            $"{path}.bootTarget",
            redfish.BootTarget is not (null or "None" or "Pxe" or "Hdd" or "UefiHttp" or "Cd"),
            "must be None, Pxe, Hdd, UefiHttp or Cd"
        );
        problems.Add($"{path}.bootMode", redfish.BootMode is not (null or "UEFI" or "Legacy"), "must be UEFI or Legacy");
        CheckBootUri(problems, redfish);
        problems.Add(
            $"{path}.managedTag",
            redfish.ManagedTag is { } tag && !AssetTag().IsMatch(tag),
            "must be at most 24 letters, digits, '-', '_' and '.'"
        );
        CheckCertificates(problems, path, redfish.CaBundle);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (RedfishSystem system in redfish.Systems)
        {
            problems.Add($"{path}.systems.name", KubernetesNames.CheckLabel(system.Name));
            problems.Add($"{path}.systems", !names.Add(system.Name), $"the name '{system.Name}' must be unique");
            CheckEndpoint(problems, $"{path}.systems", system.Endpoint);
            problems.Add($"{path}.systems", system.CpuCores < 1 || system.MemoryMiB < 1, "cpuCores and memoryMiB must be at least 1");
        }
    }

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

    private static void CheckEndpoint(Problems problems, string path, string endpoint) =>
        problems.Add(
            path,
            !(Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0),
            "endpoint must be a valid HTTP/HTTPS URL"
        );

    private static void CheckCertificates(Problems problems, string path, string? bundle)
    {
        if (bundle is null)
            return;
        problems.Add(
            $"{path}.caBundle",
            !Convert.TryFromBase64String(bundle, new byte[bundle.Length], out int length) || length == 0,
            "must be PEM certificates in base64"
        );
    }

    private static void CheckBootUri(Problems problems, RedfishProviderSpec redfish)
    {
        const string path = "spec.redfish.httpBootURI";
        if (redfish.HttpBootURI is not { } template)
            return;
        problems.Add(path, redfish.BootTarget != "UefiHttp", "needs bootTarget UefiHttp");
        string filled = BootPlaceholder().Replace(template, "x");
        problems.Add(
            path,
            filled.AsSpan().IndexOfAny('{', '}') >= 0
                || !(Uri.TryCreate(filled, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"),
            "must be an HTTP/HTTPS URL; {name}, {claim}, {pool}, {taints} and {labels} are replaced"
        );
    }

    private static bool IsOptionPart(string text) => text.Length > 0 && text.AsSpan().IndexOfAny(", =") < 0;

    [System.Text.RegularExpressions.GeneratedRegex("^[a-z0-9_][a-z0-9_+.-]*$")]
    private static partial System.Text.RegularExpressions.Regex ProxmoxTag();

    [System.Text.RegularExpressions.GeneratedRegex("^net([0-9]|[12][0-9]|3[01])$")]
    private static partial System.Text.RegularExpressions.Regex CardName();

    [System.Text.RegularExpressions.GeneratedRegex("^[0-9A-Fa-f][02468ACEace](:[0-9A-Fa-f]{2}){0,4}$")]
    private static partial System.Text.RegularExpressions.Regex MacPrefix();

    /// <summary>The placeholders in <c>spec.redfish.httpBootURI</c>.</summary>
    [System.Text.RegularExpressions.GeneratedRegex("[{](name|claim|pool|taints|labels)[}]")]
    public static partial System.Text.RegularExpressions.Regex BootPlaceholder();

    [System.Text.RegularExpressions.GeneratedRegex("^[a-z][a-z0-9_-]*$")]
    private static partial System.Text.RegularExpressions.Regex OptionName();

    [System.Text.RegularExpressions.GeneratedRegex("^[A-Za-z0-9][-A-Za-z0-9_.]{0,23}$")]
    private static partial System.Text.RegularExpressions.Regex AssetTag();
}

using System.Text.Json;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

/// <summary>Tests with reads whether provisioning would work.</summary>
internal sealed class ProxmoxTest(
    ProxmoxApi api,
    ProxmoxInventory inventory,
    ProxmoxProviderSpec spec,
    VmIds ids,
    MachineCredentials credentials
)
{
    private readonly List<MachineProviderFinding> _findings = [];

    public async Task<IReadOnlyList<MachineProviderFinding>> RunAsync(CancellationToken cancellationToken)
    {
        if (api.Endpoint.Scheme != Uri.UriSchemeHttps)
            Add(
                "Certificate",
                false,
                "The endpoint is http: the token is sent unencrypted.",
                "Use an https endpoint: Proxmox serves it on port 8006.",
                MachineFindingWeight.Risk
            );
        try
        {
            ProxmoxVersion version = await api.GetAsync("/version", ProxmoxJson.Default.ProxmoxAnswerProxmoxVersion, cancellationToken);
            Add("Reachable", true, $"Proxmox VE {version.Version} at {api.Endpoint.Authority}.");
            if (api.Endpoint.Scheme == Uri.UriSchemeHttps)
                Add(
                    "Certificate",
                    true,
                    spec.InsecureSkipTLSVerify == true
                        ? "Any certificate is accepted (insecureSkipTLSVerify)."
                        : $"Its certificate is trusted by {(spec.CaBundle is null ? "the system" : "caBundle")}."
                );
            Add("Credentials", true, "The token is accepted.");
            await CheckPermissionsAsync(version.Version, cancellationToken);
            await CheckCapacityAsync(cancellationToken);
        }
        catch (ProviderException e)
        {
            (string check, string action) = e.Outcome switch
            {
                MachineOutcome.Unauthorized => (
                    "Credentials",
                    "Check that the token exists and has not expired, then store it with Set-NodeProvider -Credential."
                ),
                MachineOutcome.Forbidden => ("Permissions", "Grant the token a role with VM.Audit and Sys.Audit, and propagate it."),
                _ when ProviderHttp.IsCertificateRefused(e) => (
                    "Certificate",
                    ProviderHttp.CertificateAdvice(e, "Put the certificate authority of Proxmox (/etc/pve/pve-root-ca.pem) into caBundle.")
                ),
                _ => ("Reachable", "Check the address, the port (8006) and firewalls between here and Proxmox."),
            };
            if (check != "Reachable" && _findings.TrueForAll(static one => one.Check != "Reachable"))
                Add("Reachable", true, $"{api.Endpoint.Authority} answers.");
            Add(check, false, credentials.Redact(e.Message), action);
        }

        return _findings;
    }

    private async Task CheckPermissionsAsync(string version, CancellationToken cancellationToken)
    {
        Dictionary<string, Dictionary<string, JsonElement>> permissions = await api.GetAsync(
            "/access/permissions",
            ProxmoxJson.Default.ProxmoxAnswerDictionaryStringDictionaryStringJsonElement,
            cancellationToken
        );
        IReadOnlyList<ProxmoxPermission> missing = ProxmoxPermissions.Missing(ProxmoxPermissions.Required(spec, version), permissions);
        string lacks = string.Join(
            ", ",
            missing
                .GroupBy(static one => one.Path, StringComparer.Ordinal)
                .Select(static group => $"{string.Join(", ", group.Select(static one => one.Privilege))} on {group.Key}")
        );
        Add(
            "Permissions",
            missing.Count == 0,
            missing.Count == 0
                ? "The token has the privileges that its machines, disks and networks require."
                : $"The token lacks {lacks}.",
            "Grant a role with these privileges to the token, on these paths, paths above them, or the resource pool. With privilege separation, the user's own roles do not count."
        );
    }

    private async Task CheckCapacityAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ProxmoxResource> resources = await inventory.ReadResourcesAsync(cancellationToken);
        foreach (string name in spec.NodeWhitelist ?? [])
        {
            if (!resources.Any(one => one.Type == "node" && one.Node == name))
                Add(
                    "Hosts",
                    false,
                    $"nodeWhitelist names '{name}', which is not a host of this Proxmox cluster.",
                    "Correct nodeWhitelist, or grant the token Sys.Audit on the host."
                );
        }

        long taken = resources.Count(one => one.Type is "qemu" or "lxc" && ids.Contains(one.VmId)),
            all = ids.Upper - ids.Lower + 1;
        Add(
            "Ids",
            taken < all,
            FormattableString.Invariant($"{all - taken} of {all} ids from {ids.Lower} to {ids.Upper} are free."),
            "Widen vmIDRange.",
            MachineFindingWeight.Limited
        );
        (string? host, string reason) = ProxmoxPlacement.Choose(resources, [], new("", 1, 1L << 30), null, spec);
        Add(
            "Capacity",
            host is not null,
            host is null ? reason : $"Host {host} has room for a machine of 1 core and 1 GiB.",
            "Free memory on a host, add hosts to nodeWhitelist, or raise cpuOvercommit.",
            MachineFindingWeight.Limited
        );
        if (spec.Template is { } template)
        {
            bool exists = resources.Any(one => one.Type == "qemu" && one.VmId == template.VmID);
            Add(
                "Template",
                exists,
                FormattableString.Invariant(
                    $"Template {template.VmID} {(exists ? "exists" : "does not exist or is not visible to the token")}."
                ),
                "Correct template.vmID, or grant the token VM.Audit and VM.Clone on the template."
            );
        }
    }

    private void Add(
        string check,
        bool passed,
        string message,
        string action = "",
        MachineFindingWeight weight = MachineFindingWeight.Blocking
    ) => _findings.Add(new(check, passed, message) { Action = passed ? "" : action, Weight = weight });
}
